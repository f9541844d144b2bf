(function () {
  "use strict";
  var body = document.body, form = document.getElementById("controls");
  form.addEventListener("change", function (event) {
    var box = event.target;
    if (box.id === "differs") {
      if (box.checked) body.dataset.only = "differs"; else delete body.dataset.only;
      return;
    }
    document.querySelectorAll("." + box.value).forEach(function (line) { line.toggleAttribute("hidden", !box.checked); });
  });
  document.getElementById("theme").addEventListener("click", function () {
    var dark = body.dataset.theme ? body.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    body.dataset.theme = dark ? "light" : "dark";
  });
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  form.hidden = false;
})();
