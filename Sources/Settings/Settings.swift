// Settings: values that people write, in a TOML file or as a word of the command line.
//
// What it is. One value type for what a configuration of the daemon, of a study or of a prompt
// template says: read from TOML, read as what a key expects, and written in TOML's spelling again.
// It is the only importer of the TOML parser.
//
// What it must never know: which keys there are, what they accept, and where a text came from.
// It opens no file; how long a text may be is its caller's to say.
//
// Read first:
//   `SettingValue`                 a value, and what it may be read as
//   `SettingValue.parse(toml:)`    how a text becomes values
//   `TOMLMistake`                  why a text is refused, and where
