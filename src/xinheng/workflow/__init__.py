"""流转: what somebody must decide or do, by when, and under which clause."""
