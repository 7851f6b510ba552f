"""列表: what every list can do: columns chosen, filters saved under a name, the whole list as a workbook."""
