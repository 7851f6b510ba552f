// The shell: confirmation, finder, keys, files dropped, lists to search in. Everything works, if less well, without it.
(function () {
  "use strict";

  // Confirmation: a form or button with data-confirm is sent only after the dialog said yes.
  var dialog = document.getElementById("confirm");
  var waiting = null;
  function told(form, button, key) {
    return (button && button.dataset[key]) || form.dataset[key] || "";
  }
  document.addEventListener("submit", function (event) {
    var form = event.target;
    var button = event.submitter;
    var text = told(form, button, "confirm");
    if (!text || form.dataset.confirmed || !dialog || !dialog.showModal) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    waiting = { form: form, button: button };
    var title = document.getElementById("confirm-title");
    var yes = dialog.querySelector("[data-confirm-yes]");
    var danger = (button && "confirmDanger" in button.dataset) || "confirmDanger" in form.dataset;
    title.textContent = told(form, button, "confirmTitle") || title.dataset.default;
    document.getElementById("confirm-text").textContent = text;
    yes.textContent = told(form, button, "confirmButton") || yes.dataset.default;
    yes.classList.toggle("btn-danger", danger);
    yes.classList.toggle("btn-primary", !danger);
    dialog.showModal();
    dialog.querySelector("[data-confirm-no]").focus();
  }, true);
  if (dialog) {
    dialog.addEventListener("click", function (event) {
      var yes = event.target.closest("[data-confirm-yes]");
      if (yes && waiting) {
        var asked = waiting;
        asked.form.dataset.confirmed = "1";
        dialog.close();
        asked.form.requestSubmit(asked.button || undefined);
        delete asked.form.dataset.confirmed;
      } else if (event.target.closest("[data-confirm-no]") || event.target === dialog) {
        dialog.close();
      }
    });
    dialog.addEventListener("close", function () { waiting = null; });
  }

  // A form is sent once: its buttons rest until the answer comes. (Not where the browser saves a file instead.)
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (event.defaultPrevented || form.method !== "post" || "again" in form.dataset) return;
    setTimeout(function () {
      form.querySelectorAll("button[type=submit]").forEach(function (button) { button.disabled = true; });
      form.setAttribute("aria-busy", "true");
    });
  });
  window.addEventListener("pageshow", function (event) {
    if (!event.persisted) return;
    document.querySelectorAll("form[aria-busy]").forEach(function (form) {
      form.removeAttribute("aria-busy");
      form.querySelectorAll("button[type=submit]").forEach(function (button) { button.disabled = false; });
    });
  });

  // The finder: hits below the box, arrows move, Enter opens, Escape closes.
  var finder = document.querySelector("[data-finder]");
  if (finder) {
    var box = finder.querySelector("input");
    var hits = document.getElementById("finder-hits");
    var links = function () { return Array.from(hits.querySelectorAll("a[href]")); };
    var show = function (open) {
      hits.hidden = !open;
      box.setAttribute("aria-expanded", String(open));
      if (!open) box.removeAttribute("aria-activedescendant");
    };
    var choose = function (index) {
      links().forEach(function (link, place) {
        link.classList.toggle("active", place === index);
        link.setAttribute("aria-selected", String(place === index));
        if (place === index) { box.setAttribute("aria-activedescendant", link.id); link.scrollIntoView({ block: "nearest" }); }
      });
    };
    var chosen = function () { return links().findIndex(function (link) { return link.classList.contains("active"); }); };
    document.body.addEventListener("htmx:afterSwap", function (event) {
      if (event.detail.target !== hits) return;
      links().forEach(function (link, place) {
        link.id = "finder-hit-" + place;
        link.setAttribute("role", "option");
        link.setAttribute("aria-selected", "false");
        link.tabIndex = -1;
      });
      hits.setAttribute("role", links().length ? "listbox" : "status");
      if (links().length) hits.setAttribute("aria-label", box.labels[0].textContent);
      show(box.value.trim() !== "" && document.activeElement === box);
    });
    box.addEventListener("input", function () { if (!box.value.trim()) show(false); });
    box.addEventListener("focus", function () { if (box.value.trim() && hits.childElementCount) show(true); });
    box.addEventListener("keydown", function (event) {
      var count = links().length;
      if ((event.key === "ArrowDown" || event.key === "ArrowUp") && count && !hits.hidden) {
        event.preventDefault();
        var step = event.key === "ArrowDown" ? 1 : -1;
        var from = chosen();
        choose(from < 0 ? (step > 0 ? 0 : count - 1) : (from + step + count) % count);
      } else if (event.key === "Enter" && chosen() >= 0) {
        event.preventDefault();
        links()[chosen()].click();
      } else if (event.key === "Escape") {
        show(false);
        box.blur();
      }
    });
    document.addEventListener("click", function (event) { if (!finder.contains(event.target)) show(false); });
  }

  // Keys: an element with data-hotkey="/" is focused (a field) or clicked by that key, unless somebody is writing.
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    var keyed = document.querySelector('[data-hotkey="' + CSS.escape(event.key) + '"]');
    if (!keyed) return;
    event.preventDefault();
    if (keyed.matches("input, textarea, select")) { keyed.focus(); keyed.select && keyed.select(); } else keyed.click();
  });

  // Files dropped on a place for them, and their names shown.
  document.addEventListener("dragover", function (event) {
    var place = event.target.closest("[data-upload]");
    if (place) { event.preventDefault(); place.classList.add("over"); }
  });
  document.addEventListener("dragleave", function (event) {
    var place = event.target.closest("[data-upload]");
    if (place && !place.contains(event.relatedTarget)) place.classList.remove("over");
  });
  document.addEventListener("drop", function (event) {
    var place = event.target.closest("[data-upload]");
    if (!place) return;
    event.preventDefault();
    place.classList.remove("over");
    var input = place.querySelector("input[type=file]");
    if (!input || !event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
  document.addEventListener("change", function (event) {
    var place = event.target.closest("[data-upload]");
    if (!place || event.target.type !== "file") return;
    var list = place.querySelector(".upload-list");
    list.replaceChildren.apply(list, Array.from(event.target.files).map(function (file) {
      var line = document.createElement("li");
      var size = file.size < 1048576 ? Math.ceil(file.size / 1024) + " KB" : (file.size / 1048576).toFixed(1) + " MB";
      line.textContent = file.name + " · " + size;
      return line;
    }));
  });

  // Filters that are sent by themselves, rows that open as a whole, boxes that tick all others.
  document.addEventListener("change", function (event) {
    if (event.target.closest("form[data-autosubmit]")) event.target.form.requestSubmit();
    var all = event.target.closest("[data-check-all]");
    if (all) {
      document.querySelectorAll(all.dataset.checkAll).forEach(function (one) { one.checked = all.checked; });
    }
  });
  document.addEventListener("click", function (event) {
    var row = event.target.closest("tr[data-href]");
    if (row && !event.target.closest("a, button, input, label, select") && !String(getSelection())) {
      window.location.assign(row.dataset.href);
    }
  });

  // Long lists of choices get a box to search in.
  function searchable(root) {
    if (!window.TomSelect) return;
    root.querySelectorAll("select[data-search]").forEach(function (select) {
      if (select.tomselect) return;
      var name = select.labels && select.labels[0] ? select.labels[0].textContent : select.name;
      var made = new window.TomSelect(select, {
        maxOptions: 1000, allowEmptyOption: true, copyClassesToDropdown: false, hidePlaceholder: true,
      });
      select.setAttribute("aria-label", name);
      made.control_input.setAttribute("aria-label", name);
      made.dropdown_content.setAttribute("aria-label", name);
    });
  }
  searchable(document);

  // A table too wide for its place is scrolled sideways; without a mouse that needs the focus.
  function scrollable(within) {
    within.querySelectorAll(".table-responsive, .table-scroll").forEach(function (box) {
      if (box.scrollWidth > box.clientWidth && !box.hasAttribute("tabindex")) box.tabIndex = 0;
    });
  }
  scrollable(document);
  window.addEventListener("resize", function () { scrollable(document); });

  document.body.addEventListener("htmx:afterSettle", function (event) { searchable(event.target); scrollable(document); });
  // Where one is stays in sight: the open tab of a narrow screen, the entry of a long menu.
  document.querySelectorAll(".tabs .nav-link.active, .navbar-vertical .nav-item.active > .nav-link").forEach(function (here) {
    var box = here.closest(".tabs, .navbar-collapse");
    if (!box) return;
    var place = here.getBoundingClientRect(), frame = box.getBoundingClientRect();
    if (place.right > frame.right) box.scrollLeft += place.left - frame.left - (frame.width - place.width) / 2;
    if (place.bottom > frame.bottom && frame.height) box.scrollTop += place.bottom - frame.bottom + place.height;
  });
  // Signed out meanwhile: a fragment that turned out to be the sign-in page is not put into the page; the page is asked anew.
  document.body.addEventListener("htmx:beforeSwap", function (event) {
    var at = event.detail.xhr.responseURL;
    if (at && new URL(at).pathname.indexOf("/accounts/login") === 0) {
      event.detail.shouldSwap = false;
      window.location.reload();
    }
  });
})();
