// The sheet of financial statements: a block pasted from a spreadsheet fills cells downwards and to the right; Enter goes down.
(function () {
  "use strict";
  var sheet = document.querySelector("[data-sheet] table");
  if (!sheet) return;

  function grid() {
    return Array.from(sheet.querySelectorAll("tbody tr")).map(function (row) {
      return Array.from(row.querySelectorAll("td input"));
    }).filter(function (row) { return row.length; });
  }

  function place(cells, input) {
    for (var down = 0; down < cells.length; down += 1) {
      var across = cells[down].indexOf(input);
      if (across >= 0) return [down, across];
    }
    return null;
  }

  sheet.addEventListener("paste", function (event) {
    if (!event.target.matches("td input")) return;
    var text = event.clipboardData.getData("text/plain").replace(/\r/g, "").replace(/\n$/, "");
    if (!/[\n\t]/.test(text)) return;
    event.preventDefault();
    var cells = grid();
    var from = place(cells, event.target);
    text.split("\n").forEach(function (line, down) {
      line.split("\t").forEach(function (value, across) {
        var row = cells[from[0] + down];
        if (row && row[from[1] + across]) row[from[1] + across].value = value.trim();
      });
    });
  });

  sheet.addEventListener("keydown", function (event) {
    if (event.key !== "Enter" || !event.target.matches("td input")) return;
    event.preventDefault();
    var cells = grid();
    var from = place(cells, event.target);
    var below = cells[from[0] + (event.shiftKey ? -1 : 1)];
    if (below) { below[from[1]].focus(); below[from[1]].select(); }
  });
})();
