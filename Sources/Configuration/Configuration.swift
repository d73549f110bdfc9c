// Configuration: what an administrator may tell a daemon, and what is wrong with it.
//
// What it is: one table of keys (`Keys`), each with its type, what it accepts, and whether a
// running daemon can change it; TOML text, variables and options are read against that table,
// options before variables before the file, and everything that is wrong is said at once.
//
// What it must never know: what the values do. It opens one file, and asks the system for the
// numbers of users and groups; it starts, listens and loads nothing.
//
// Read first: `DaemonConfiguration` (the values), `Keys` (the table), `ConfigurationSources` (who
// wins).
