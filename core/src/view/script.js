(function () {
  "use strict";
  var get = function (id) { return document.getElementById(id); };
  var body = document.body, table = document.querySelector("table.columns"), lines = table.tBodies[0], cards = get("cards");
  var columns = Array.prototype.map.call(lines.rows, function (line) {
    var card = get("c" + line.dataset.i);
    return { line: line, card: card, name: line.cells[0].textContent, keys: line.dataset };
  });
  var by = "", down = false;

  function compare(a, b) {
    var order = a.keys.i - b.keys.i;
    if (!by) return order;
    if (by === "name" || by === "type") {
      var x = by === "name" ? a.name : a.keys.type, y = by === "name" ? b.name : b.keys.type;
      return (x < y ? -1 : x > y ? 1 : 0) * (down ? -1 : 1) || order;
    }
    var p = a.keys[by], q = b.keys[by];
    // What has no figure comes last, whatever the direction.
    if (p === "" || q === "") return (p === "") - (q === "") || order;
    return (p - q) * (down ? -1 : 1) || order;
  }

  function show() {
    var words = get("search").value.toLowerCase(), type = get("type").value, warned = get("warned").checked, shown = 0;
    columns.forEach(function (c) {
      var fits = c.name.toLowerCase().indexOf(words) >= 0 && (!type || c.keys.type === type) && (!warned || c.keys.warnings > 0);
      c.line.hidden = !fits;
      if (c.card) c.card.hidden = !fits;
      shown += fits;
    });
    get("shown").textContent = shown + " of " + columns.length + " columns";
  }

  function sort(key, descending) {
    by = key;
    down = descending;
    columns.slice().sort(compare).forEach(function (c) {
      lines.appendChild(c.line);
      if (c.card) cards.appendChild(c.card);
    });
    table.querySelectorAll("th[aria-sort]").forEach(function (th) {
      var mine = key && th.firstChild.dataset.by === key;
      th.setAttribute("aria-sort", mine ? (down ? "descending" : "ascending") : "none");
    });
    get("sort").value = key;
  }

  // Names and types from A on; of figures the largest first; uneven before even.
  function natural(key) { return key !== "name" && key !== "type" && key !== "evenness" && key !== ""; }

  table.addEventListener("click", function (event) {
    var key = event.target.dataset.by;
    if (key) sort(key, by === key ? !down : natural(key));
  });
  get("sort").addEventListener("change", function () { sort(this.value, natural(this.value)); });
  ["search", "type", "warned"].forEach(function (id) { get(id).addEventListener("input", show); });
  get("histograms").addEventListener("change", function () { body.dataset.histograms = this.value; });
  get("theme").addEventListener("click", function () {
    var dark = body.dataset.theme ? body.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    body.dataset.theme = dark ? "light" : "dark";
  });
  get("controls").addEventListener("submit", function (event) { event.preventDefault(); });
  document.addEventListener("keydown", function (event) {
    if (event.key === "/" && !/INPUT|SELECT|TEXTAREA/.test(event.target.tagName)) {
      event.preventDefault();
      get("search").focus();
    }
  });
  get("controls").hidden = false;
  show();
})();
