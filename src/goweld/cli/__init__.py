"""The command line: flags, messages, exit statuses.  Nothing else prints or exits."""
