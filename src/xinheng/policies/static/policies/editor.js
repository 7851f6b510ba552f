// The editor of a policy's text: line numbers with marks, checks as one types, help and choices at the cursor.
// Without it the page has a plain text box and a button that checks.
(function () {
  "use strict";
  var root = document.querySelector("[data-policy-editor]");
  if (!root) return;
  var box = root.querySelector("textarea");
  var form = box.form;
  var gutter = document.createElement("div");
  var token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  var where = document.getElementById("editor-where");
  var meaning = document.getElementById("editor-meaning");
  var list = document.getElementById("editor-choices");
  var said = document.getElementById("editor-said");
  var found = document.getElementById("editor-problems");
  var problems = JSON.parse(document.getElementById("editor-told").textContent);
  var choices = [];
  var typed = "";
  var saved = box.value;
  var sending = false;

  gutter.className = "gutter";
  gutter.setAttribute("aria-hidden", "true");
  root.insertBefore(gutter, box);

  function place() {
    var before = box.value.slice(0, box.selectionStart).split("\n");
    return { line: before.length - 1, column: before[before.length - 1].length };
  }

  function number() {
    var count = box.value.split("\n").length;
    var at = {};
    problems.forEach(function (problem) {
      if (at[problem.line] !== "fault") at[problem.line] = problem.severity === "fault" ? "fault" : "warning";
    });
    var here = place().line + 1;
    var rows = document.createDocumentFragment();
    for (var line = 1; line <= count; line += 1) {
      var row = document.createElement("div");
      row.textContent = line;
      row.className = (at[line] || "") + (line === here ? " here" : "");
      if (at[line]) {
        row.dataset.line = line;
        row.title = problems.filter(function (each) { return each.line === line; })
          .map(function (each) { return each.what; }).join("\n");
      }
      rows.appendChild(row);
    }
    gutter.replaceChildren(rows);
    follow();
  }

  function follow() { gutter.scrollTop = box.scrollTop; gutter.style.height = box.clientHeight + "px"; }

  function go(line, column) {
    var lines = box.value.split("\n");
    var start = 0;
    for (var count = 0; count < line - 1 && count < lines.length; count += 1) start += lines[count].length + 1;
    start += Math.min((column || 1) - 1, (lines[line - 1] || "").length);
    box.focus();
    box.setSelectionRange(start, start);
    box.scrollTop = Math.max(0, (line - 8) * 20);
    follow();
    help();
  }

  function tell() {
    var items = document.createDocumentFragment();
    problems.forEach(function (problem) {
      var item = document.createElement("button");
      item.type = "button";
      item.className = "list-group-item list-group-item-action";
      item.dataset.line = problem.line;
      item.dataset.column = problem.column;
      var head = document.createElement("div");
      var badge = document.createElement("span");
      badge.className = "badge me-2 " + (problem.severity === "fault" ? "bg-red-lt" : "bg-yellow-lt");
      badge.textContent = problem.line;
      head.append(badge, problem.what);
      item.append(head);
      [problem.why, problem.fix].forEach(function (text) {
        if (!text) return;
        var more = document.createElement("div");
        more.className = "small text-secondary";
        more.textContent = text;
        item.append(more);
      });
      items.append(item);
    });
    found.replaceChildren(items);
  }

  function ask(url, more) {
    var data = new FormData();
    data.append("text", box.value);
    Object.keys(more).forEach(function (key) { data.append(key, more[key]); });
    return fetch(url, { method: "POST", body: data, headers: { "X-CSRFToken": token } }).then(function (answer) {
      if (!answer.ok) throw new Error(answer.status);
      return answer.json();
    });
  }

  var asked = 0;
  function check() {
    var mine = asked += 1;
    ask(root.dataset.checkUrl, {}).then(function (told) {
      if (mine !== asked) return;
      problems = told.problems;
      said.textContent = told.said;
      number();
      tell();
    }).catch(function () { said.textContent = root.dataset.offline; });
  }

  var helped = 0;
  function help() {
    var mine = helped += 1;
    ask(root.dataset.helpUrl, place()).then(function (told) {
      if (mine !== helped) return;
      where.textContent = told.where || root.dataset.top;
      meaning.textContent = (told.key ? told.key + ": " : "") + told.meaning;
      typed = told.typed;
      choices = told.choices;
      list.replaceChildren.apply(list, choices.map(function (choice, index) {
        var item = document.createElement("li");
        var code = document.createElement("code");
        item.id = "editor-choice-" + index;
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", "false");
        item.dataset.index = index;
        code.textContent = choice.text;
        item.append(code, " ", choice.meaning);
        return item;
      }));
    }).catch(function () { meaning.textContent = ""; });
  }

  function later(act, wait) {
    var clock;
    return function () { clearTimeout(clock); clock = setTimeout(act, wait); };
  }
  var checkLater = later(check, 700);
  var helpLater = later(help, 250);

  // As if it were typed, so that the browser can take it back.
  function put(start, end, text) {
    box.focus();
    box.setSelectionRange(start, end);
    if (document.execCommand("insertText", false, text)) return;
    box.setRangeText(text, start, end, "end");
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function insert(choice) {
    var colon = /^[ ]*:/.test(box.value.slice(box.selectionEnd));
    put(box.selectionStart - typed.length, box.selectionEnd, colon ? choice.text : choice.insert);
  }

  function selected() { return list.querySelector("[aria-selected=true]"); }
  function select(index) {
    Array.from(list.children).forEach(function (item, each) { item.setAttribute("aria-selected", String(each === index)); });
    var item = selected();
    if (item) { item.scrollIntoView({ block: "nearest" }); box.setAttribute("aria-activedescendant", item.id); }
    else box.removeAttribute("aria-activedescendant");
  }

  box.addEventListener("keydown", function (event) {
    var item = selected();
    if (event.key === " " && event.ctrlKey) {
      event.preventDefault();
      if (choices.length) select(0);
    } else if (item && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      var step = event.key === "ArrowDown" ? 1 : -1;
      select((Number(item.dataset.index) + step + choices.length) % choices.length);
    } else if (item && event.key === "Enter") {
      event.preventDefault();
      insert(choices[Number(item.dataset.index)]);
    } else if (item && event.key === "Escape") {
      event.preventDefault();
      select(-1);
    } else if (event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      var line = box.value.slice(0, box.selectionStart).split("\n").pop();
      put(box.selectionStart, box.selectionEnd, "\n" + line.match(/^ */)[0]);
    } else if (event.key === "s" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit(form.querySelector("[data-save]"));
    }
  });
  box.addEventListener("input", function () { number(); checkLater(); helpLater(); });
  box.addEventListener("scroll", follow);
  ["click", "keyup", "focus"].forEach(function (name) {
    box.addEventListener(name, function (event) {
      if (name === "keyup" && !/^(Arrow|Home|End|Page)/.test(event.key)) return;
      if (selected() && name === "keyup") return;
      number();
      helpLater();
    });
  });
  list.addEventListener("mousedown", function (event) {
    var item = event.target.closest("li");
    if (!item) return;
    event.preventDefault();
    insert(choices[Number(item.dataset.index)]);
  });
  document.addEventListener("click", function (event) {
    var row = event.target.closest("#editor-problems [data-line], .policy-editor .gutter [data-line]");
    if (row) go(Number(row.dataset.line), Number(row.dataset.column || 1));
  });
  form.addEventListener("submit", function () { sending = true; });
  window.addEventListener("beforeunload", function (event) {
    if (!sending && box.value !== saved) event.preventDefault();
  });
  window.addEventListener("resize", follow);
  number();
  tell();
  help();
})();
