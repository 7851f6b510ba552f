// Several files are sent one after another, each with its own progress and its own result; without this, all at once.
(function () {
  "use strict";
  function send(form, file, line) {
    return new Promise(function (resolve) {
      var data = new FormData(form);
      data.delete("files");
      data.append("files", file, file.name);
      var request = new XMLHttpRequest();
      var bar = line.querySelector("progress");
      request.open("POST", form.action || window.location.href);
      request.setRequestHeader("X-One-File", "1");
      request.upload.addEventListener("progress", function (event) {
        if (event.lengthComputable) bar.value = event.loaded / event.total;
      });
      request.upload.addEventListener("load", function () {
        bar.removeAttribute("value");
        line.querySelector("small").textContent = form.dataset.sending;
      });
      request.addEventListener("loadend", function () {
        if (request.status === 200 && request.responseText.trim().indexOf("<li") === 0) {
          var made = new DOMParser().parseFromString(request.responseText, "text/html").querySelector("li");
          line.replaceWith(made);
          resolve(made.dataset.result === "filed");
        } else {
          bar.remove();
          line.classList.add("text-danger");
          line.querySelector("small").textContent = form.dataset.failed;
          resolve(false);
        }
      });
      request.send(data);
    });
  }
  document.addEventListener("submit", function (event) {
    var form = event.target.closest("form[data-file-each]");
    if (!form || event.defaultPrevented) return;
    var input = form.querySelector("input[type=file]");
    if (!input.files.length) return;
    event.preventDefault();
    var results = form.querySelector("[data-results]");
    var button = form.querySelector("button[type=submit]");
    button.disabled = true;
    var queue = Array.from(input.files).reduce(function (before, file) {
      var line = document.createElement("li");
      line.className = "mb-2";
      line.append(file.name, document.createElement("br"), document.createElement("progress"), document.createElement("small"));
      line.querySelector("progress").className = "w-100";
      line.querySelector("progress").max = 1;
      line.querySelector("progress").value = 0;
      results.append(line);
      return before.then(function () { return send(form, file, line); });
    }, Promise.resolve());
    queue.then(function () {
      input.value = "";
      input.dispatchEvent(new Event("change", { bubbles: true }));
      button.disabled = false;
    });
  });
})();
