"""Pages of cases: the list, one case, its form with live points, its printed documents."""
