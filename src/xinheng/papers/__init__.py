"""档案: papers of a customer, where the paper copy lies, and who has borrowed it."""
