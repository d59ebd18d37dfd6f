"""Where a job is done: its engine and folders, what it was asked, the sources it opens, the rows set aside."""
