"""查账: the auditor's own pages: the record searched, who looked at whom, what a leak has touched, the daily verifying."""
