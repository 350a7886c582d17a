"""What the page of a rating does beyond being read: times lead the player there, and the chart follows it.

Without JavaScript nothing is lost but that: every figure stands in a table, every picture in the page.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Final

SCRIPT: Final = """
(() => {
  const video = document.querySelector("video");
  const chart = document.querySelector(".timeline");
  const pieces = chart ? JSON.parse(chart.parentElement.dataset.pieces) : [];
  let at = 0, line = null, plot = [];
  const seek = (seconds, play) => {
    if (video) { video.currentTime = seconds; if (play) video.play().catch(() => {}); }
    show(seconds);
  };
  const show = (seconds) => {
    if (!chart) return;
    const [left, right, first, last] = plot;
    const share = Math.min(Math.max((seconds - first) / (last - first || 1), 0), 1);
    const x = left + share * (right - left);
    line.setAttribute("x1", x); line.setAttribute("x2", x);
    at = pieces.findIndex((piece) => seconds < piece[1]);
    if (at < 0) at = pieces.length - 1;
    chart.setAttribute("aria-valuenow", seconds.toFixed(2));
    chart.setAttribute("aria-valuetext", pieces[at][2]);
  };
  if (chart) {
    const svg = chart.querySelector("svg");
    plot = chart.dataset.plot.split(" ").map(Number);
    line = document.createElementNS("http://www.w3.org/2000/svg", "line");
    line.setAttribute("class", "now"); line.setAttribute("y1", 8);
    line.setAttribute("y2", svg.viewBox.baseVal.height - 40);
    svg.append(line);
    const label = chart.parentElement.dataset.label;
    const facts = {role: "slider", tabindex: 0, "aria-label": label};
    Object.assign(facts, {"aria-valuemin": plot[2], "aria-valuemax": plot[3]});
    for (const name in facts) chart.setAttribute(name, facts[name]);
    // the chart in words, which a slider would hide
    chart.setAttribute("aria-description", svg.getAttribute("aria-label"));
    svg.setAttribute("aria-hidden", "true");
    const from = (event) => {
      const box = svg.getBoundingClientRect();
      const x = (event.clientX - box.left) / box.width * svg.viewBox.baseVal.width;
      const share = Math.min(Math.max((x - plot[0]) / (plot[1] - plot[0]), 0), 1);
      seek(plot[2] + share * (plot[3] - plot[2]), false);
    };
    chart.addEventListener("pointerdown", from);
    chart.addEventListener("pointermove", (event) => { if (event.buttons === 1) from(event); });
    chart.addEventListener("keydown", (event) => {
      const steps = {ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 5, PageDown: -5};
      let to = null;
      if (event.key in steps) to = at + steps[event.key];
      else if (event.key === "Home") to = 0;
      else if (event.key === "End") to = pieces.length - 1;
      else if (video && (event.key === "Enter" || event.key === " ")) {
        if (video.paused) video.play().catch(() => {}); else video.pause();
      } else return;
      event.preventDefault();
      if (to !== null) seek(pieces[Math.min(Math.max(to, 0), pieces.length - 1)][0] + 0.001, false);
    });
    show(plot[2]);
  }
  if (video) video.addEventListener("timeupdate", () => show(video.currentTime));
  for (const link of document.querySelectorAll("a[data-s]")) link.addEventListener("click", (event) => {
    if (!video) return;
    event.preventDefault();
    seek(Number(link.dataset.s), false);
    video.scrollIntoView({block: "nearest"});
  });
})();
"""


def policy(*, video: bool) -> str:
    """The page's own rule of what it may load, as HTML of its head: itself, and its video."""
    digest = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
    rules = ["default-src 'none'", "img-src data:", "style-src 'unsafe-inline'", f"script-src 'sha256-{digest}'"]
    if video:
        rules.append("media-src 'self' file:")
    return f'<meta http-equiv="Content-Security-Policy" content="{"; ".join(rules)}">'
