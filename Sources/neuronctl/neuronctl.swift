// neuronctl: the command line of neurond.
//
// What it is: options in, one or a few calls of NeurondClient, text or JSON out. Data goes to
// standard output, progress and remarks to standard error. Exit codes: 0 done, 1 failed, 2 wrong
// usage, 130 interrupted.
//
// What it must never know: how anything is computed. Hooks are read by the parser of the module
// Hooks, so the command line, files and the wire speak one language.
//
// Read first: `Program` (parsing, errors, exit codes), `DaemonCommand` (what every command shares),
// `GenerateCommand` (the longest of them). `Console` is where output goes; tests bring their own.
