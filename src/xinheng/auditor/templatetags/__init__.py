"""What the auditor's templates write with."""
