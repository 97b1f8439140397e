"""axe-core (WCAG 2.1 A and AA) on the page that stands open in a real Chromium."""

import importlib.resources

AXE = importlib.resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
RUN = """() => axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'], resultTypes: ['violations']})"""
# What axe-core looks at, each kind once: an element in its place, with its attributes (empty or not, and whether what
# they point at is there), its label and whether it holds text. Of two elements with one id the page is new.
SHAPE = """() => {
    const all = [...document.querySelectorAll('*')], places = new Map(), ids = new Set(), shape = new Set();
    for (const one of all) {
        const above = places.get(one.parentElement) ?? '';
        const place = `${above}>${one.tagName}.${one.getAttribute('class') ?? ''}`;
        places.set(one, place);
        const attributes = one.getAttributeNames().map(name => {
            const value = one.getAttribute(name);
            const pointing = ['for', 'aria-labelledby', 'aria-describedby', 'aria-controls'].includes(name);
            const told = ['role', 'type', 'lang', 'style', 'hidden'].includes(name);
            const whole = told || name.startsWith('aria-') && !pointing;
            const there = value.split(/\\s+/).every(id => document.getElementById(id));
            return name + (pointing ? there : whole && name !== 'aria-label' ? value : value !== '');
        }).sort().join();
        const text = [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim());
        shape.add(`${place}[${attributes}]${text}${one.labels?.length ?? ''}`);
        if (one.id && ids.has(one.id)) shape.add(`twice ${document.URL} ${one.id}`);
        ids.add(one.id);
    }
    return [...shape];
}"""


def examine(page, clean):
    """Run axe-core; gives what it found as lines.

    `clean` holds the shapes in which nothing was found; a page of such shapes alone is not examined again.
    """
    shape = set(page.evaluate(SHAPE))
    if shape <= clean:
        return []
    page.evaluate(AXE)
    found = page.evaluate(RUN)["violations"]
    if not found:
        clean |= shape
    return [f"{one['id']}: {one['help']} {[node['target'] for node in one['nodes'][:3]]}" for one in found]
