"""The files that pages load: style sheets, scripts, pictures, sounds."""

from litestar import Response

from appliance.errors import N_, NotFound
from web.visit import Visit

FOR_EVER = "public, max-age=31536000, immutable"


def static(visit: Visit, path: str) -> Response[bytes]:
    """Send one of the files that were read at start; the name must fit exactly."""
    asset = visit.front.assets.files.get(path.removeprefix("/"))
    if asset is None:
        raise NotFound(N_("没有这个文件"), next_step=N_("请刷新页面"))
    named = visit.request.query_params.get("v") == asset.version
    headers = {"Cache-Control": FOR_EVER if named else "no-cache", "Vary": "Accept-Encoding"}
    body = asset.body
    if "gzip" in visit.request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        body = asset.gzipped
    return Response(body, media_type=asset.media_type, headers=headers)
