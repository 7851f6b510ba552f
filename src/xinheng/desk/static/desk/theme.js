// Light or dark before the first stroke is drawn: what the person chose, or what his system says.
(function () {
  "use strict";
  var root = document.documentElement;
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  function apply() {
    var wanted = root.dataset.themeWanted;
    var theme = wanted === "dark" || (wanted !== "light" && dark.matches) ? "dark" : "light";
    root.setAttribute("data-bs-theme", theme);
  }
  apply();
  dark.addEventListener("change", apply);
})();
