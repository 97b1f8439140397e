"""Every template compiles, belongs to a typed context, and uses no name that the context lacks."""

import importlib
import pkgutil

import jinja2
import msgspec
import pytest
from jinja2 import meta, nodes

import web.errors
import web.pages
import web.signin
from web.assets import load_assets
from web.catalogues import PACKAGE
from web.templating import make_renderer

RENDERER = make_renderer(PACKAGE, load_assets(PACKAGE / "static"))
ENVIRONMENT = RENDERER.environments["zh"]
NAMES = sorted(path.relative_to(PACKAGE / "templates").as_posix() for path in (PACKAGE / "templates").rglob("*.html"))
LAYOUT = {"base.html", "bare.html", "kiosk/_frame.html"}
FRAME = {"frame"}


def contexts():
    modules = [web.errors, web.signin]
    modules += [
        importlib.import_module(found.name) for found in pkgutil.walk_packages(web.pages.__path__, "web.pages.")
    ]
    found = {}
    for module in modules:
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, msgspec.Struct) and hasattr(value, "TEMPLATE"):
                found[value.TEMPLATE] = value
    return found


CONTEXTS = contexts()


def tree_of(name):
    return ENVIRONMENT.parse((PACKAGE / "templates" / name).read_text("utf-8"))


def pulled_in(name):
    """Templates that a template includes or extends by a constant name."""
    tree = tree_of(name)
    for kind in (nodes.Include, nodes.Extends):
        for node in tree.find_all(kind):
            yield from (constant.value for constant in node.find_all(nodes.Const) if isinstance(constant.value, str))


def free_names(name):
    tree = tree_of(name)
    imported = {
        entry if isinstance(entry, str) else entry[1]
        for node in tree.find_all(nodes.FromImport)
        for entry in node.names
    }
    return meta.find_undeclared_variables(tree) - set(ENVIRONMENT.globals) - FRAME - imported


@pytest.mark.parametrize("name", NAMES)
def test_compiles(name):
    ENVIRONMENT.get_template(name)


@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith("_macros/")])
def test_belongs_to_a_typed_context(name):
    if name in LAYOUT:
        assert free_names(name) == set()
        return
    hosts = [CONTEXTS[name]] if name in CONTEXTS else []
    if not hosts:
        # A fragment without a context of its own is included by a page; it may use that page's names.
        hosts = [CONTEXTS[other] for other in NAMES if other in CONTEXTS and name in pulled_in(other)]
        assert hosts, f"{name} is nobody's: give it a struct with TEMPLATE, or include it"
    for host in hosts:
        assert host.__struct_config__.frozen, host
        assert free_names(name) <= set(host.__struct_fields__), (name, host)


def test_every_context_names_a_template_that_exists():
    assert set(CONTEXTS) <= set(NAMES)


def test_fragments_begin_with_an_underscore_and_pages_extend_the_layout():
    for name in NAMES:
        if name in LAYOUT or name.startswith("_macros/"):
            continue
        fragment = name.rpartition("/")[2].startswith("_")
        assert fragment != bool(set(pulled_in(name)) & LAYOUT), name


def test_a_name_that_the_context_lacks_is_an_error():
    with pytest.raises(jinja2.UndefinedError):
        ENVIRONMENT.from_string("{{ nobody }}").render()


def test_values_are_escaped():
    assert ENVIRONMENT.from_string("{{ name }}").render(name="<b>") == "&lt;b&gt;"


def test_no_template_has_script_styles_or_handlers_inline():
    for name in NAMES:
        text = (PACKAGE / "templates" / name).read_text("utf-8")
        for forbidden in (
            "hx-on",
            "style=",
            "<style",
            "javascript:",
            "onclick",
            "onsubmit",
            "hx-boost",
            "|safe",
            "hx-vals='js",
        ):
            assert forbidden not in text, (name, forbidden)
        assert "<script>" not in text, name
