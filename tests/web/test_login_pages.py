"""Signing in: windows, rotation of the session id, stale pages, where one is led."""

import asyncio


def test_signs_in_and_shows_the_frame(hall, sign_in):
    async def walk():
        async with hall.client() as client:
            await sign_in(client)
            page = await client.get("/")
            assert page.status_code == 200
            assert "市级离线 2 小时 14 分 · 业务照常 · 37 条待上报" in page.text
            assert "03 号窗口 · 窗口工作人员 李示例 W0312" in page.text
            assert hall.access.rows[0].act == "sign-in"

    asyncio.run(walk())
