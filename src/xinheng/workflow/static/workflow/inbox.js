// Keys for the queue: j k move, Enter opens, x ticks, Ctrl+Enter submits and goes on, n next, i back to the list, ? help.
(function () {
  "use strict";
  var help = document.getElementById("keys");
  var rows = Array.from(document.querySelectorAll("[data-queue] tbody tr[data-href]"));
  var at = -1;

  function writing(target) { return target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]"); }
  function mark(index) {
    if (!rows.length) return;
    if (rows[at]) rows[at].removeAttribute("aria-selected");
    at = Math.max(0, Math.min(rows.length - 1, index));
    rows[at].setAttribute("aria-selected", "true");
    var link = rows[at].querySelector("a[href]");
    if (link) link.focus({ preventScroll: true });
    rows[at].scrollIntoView({ block: "nearest" });
  }
  function go(selector) {
    var link = document.querySelector(selector);
    if (link) window.location.assign(link.href);
    return Boolean(link);
  }

  document.addEventListener("keydown", function (event) {
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
      var form = document.querySelector("form[data-decision]");
      if (!form || (help && help.open)) return;
      event.preventDefault();
      form.requestSubmit(form.querySelector("[data-submit-next]") || form.querySelector("button[type=submit]"));
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || writing(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    var done = true;
    if (event.key === "j") mark(at + 1);
    else if (event.key === "k") mark(at < 0 ? 0 : at - 1);
    else if (event.key === "Enter" && rows[at] && !event.target.closest("a, button, input, summary")) window.location.assign(rows[at].dataset.href);
    else if (event.key === "x" && rows[at]) {
      var box = rows[at].querySelector("input[type=checkbox]");
      if (box) box.checked = !box.checked;
    } else if (event.key === "n") done = go("[data-next]");
    else if (event.key === "i") done = go("[data-back]");
    else done = false;
    if (done) event.preventDefault();
  });

  document.addEventListener("click", function (event) {
    if (help && event.target.closest("[data-keys-help]")) help.showModal();
    if (help && (event.target.closest("[data-keys-close]") || event.target === help)) help.close();
  });

  // Where to return to matters only for a return.
  var decision = document.querySelector("form[data-decision]");
  if (decision) {
    var to = decision.querySelector("[name=return_to]");
    var show = function () {
      var chosen = decision.querySelector("[name=outcome]:checked");
      var box = to && to.closest("[data-field], .mb-3, .col-12, .field, div");
      if (box) box.hidden = !chosen || chosen.value !== "return";
    };
    decision.addEventListener("change", show);
    show();
  }
})();
