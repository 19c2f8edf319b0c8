// Reloads the list when the inbox has changed. Without it the page reloads itself every 5 seconds.
"use strict";
const start = new URLSearchParams(location.search).get("start") || "0";
const shown = document.body.dataset;
setInterval(async () => {
  try {
    const answer = await fetch("/api/v1/messages?limit=1&start=" + encodeURIComponent(start));
    const list = await answer.json();
    const newest = list.messages.length ? list.messages[0].ID : "";
    if (String(list.total) !== shown.total || newest !== shown.newest) location.reload();
  } catch {
    // The inbox is not running. The next try finds out whether it is again.
  }
}, 2000);
