"""What a page is measured by for readers who zoom, hear it, or see it on a phone; and axe-core, from npm."""

import os
from pathlib import Path
from typing import Any

import pytest

from tests.browser.sign_in import NODE_MODULES
from tests.conftest import ROOT

AXE = "axe-core/axe.min.js"
GRAVE = ("serious", "critical")

# Text that ends outside the page, or outside a box that hides what does not fit.
CUT = """() => {
  const wide = document.documentElement.clientWidth;
  const scrolls = (e) => ['auto', 'scroll'].includes(getComputedStyle(e).overflowX);
  const found = [];
  const walker = document.createTreeWalker(document.querySelector('.stMain'), NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const holder = node.parentElement;
    if (!node.textContent.trim() || holder.closest('svg, style, script, [hidden], .lamplight-hidden')) continue;
    if (holder.closest('[aria-hidden="true"], [data-testid="stIconMaterial"], .lamplight-frame')) continue;
    if (holder.closest('details:not([open])') && !holder.closest('summary')) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const { left, right, width } = range.getBoundingClientRect();
    if (width < 2 || getComputedStyle(holder).visibility === 'hidden') continue;
    for (let box = holder; box && !box.matches('.stMain'); box = box.parentElement) {
      if (scrolls(box)) break;
      const own = box.getBoundingClientRect();
      if (own.width < 2) break; // for a screen reader only
      const hides = ['hidden', 'clip'].includes(getComputedStyle(box).overflowX);
      if (hides && (right > own.right + 2 || left < own.left - 2)) {
        found.push(`cut off: ${node.textContent.trim().slice(0, 60)}`);
        break;
      }
      if (box.parentElement.matches('.stMain') && (right > wide + 1 || left < -1)) {
        found.push(`outside: ${node.textContent.trim().slice(0, 60)}`);
      }
    }
  }
  return [...new Set(found)];
}"""

# Figures whose picture says nothing, or does not say its title, to who does not see it.
UNSPOKEN = """() => [...document.querySelectorAll('.stMain [class*="st-key-figure_"]')].flatMap((figure) => {
  const title = figure.querySelector('h2, h3, h4')?.textContent.trim() || '';
  const drawn = [...figure.querySelectorAll('[data-testid="stPlotlyChart"], iframe, img, [role="img"]')]
    .filter((e) => e.getClientRects().length && !e.closest('[aria-hidden="true"], [role="group"], button')
      && !e.parentElement.closest('[role="img"], [data-testid="stPlotlyChart"]'));
  const name = (e) => e.getAttribute('aria-label') || e.getAttribute('alt') || '';
  return drawn.filter((e) => !title || !name(e).includes(title))
    .map((e) => `${e.tagName} of “${title}” says “${name(e)}”`);
})"""

# Levels of headings that skip one, as they are told to a screen reader.
SKIPPED = """() => {
  const said = [...document.querySelectorAll('.stMain :is(h1, h2, h3, h4)')].filter((h) => h.getClientRects().length)
    .map((h) => [Number(h.getAttribute('aria-level') || h.tagName[1]), h.textContent.slice(0, 60)]);
  const first = said.length && said[0][0] !== 1 ? [`the first heading is not the page's name: ${said[0][1]}`] : [];
  return first.concat(said.filter(([level], i) => i && level > said[i - 1][0] + 1).map(([, text]) => text));
}"""

MOVING = """() => document.getAnimations().filter((a) => a.playState === 'running'
  && Number(a.effect?.getComputedTiming().duration) > 1).length"""


def axe_source() -> str:
    """axe-core's own script; skips the test where npm has not brought it."""
    path = Path(os.environ.get(NODE_MODULES) or ROOT / "node_modules") / AXE
    if not path.is_file():
        pytest.skip(f"no axe-core: npm install axe-core@4, and name node_modules by {NODE_MODULES}")
    return path.read_text(encoding="utf-8")


def violations(visit: Any, source: str) -> list[str]:
    """The serious and critical violations that axe-core finds in the page and its frames."""
    for frame in visit.page.frames:
        frame.evaluate(source)
    found = visit.page.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
    return [
        f"{each['impact']} {each['id']}: {node['html'][:160]} ({node['target']})"
        for each in found
        if each["impact"] in GRAVE
        for node in each["nodes"]
    ]
