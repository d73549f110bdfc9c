// Daemon: the processes of `neurond serve`, composed of the loop, the protocol and supervision.
//
// What it is: the supervisor, which accepts clients, relays their requests to engine processes
// and their answers back; the fork server, which loads what engines need and forks them; and the
// host that an engine process runs its service in. The decisions are made by the state machines of
// Supervision and Wire; this module performs them.
//
// What it must never know: models, kernels, tokens. An engine is a process that speaks frames on
// a connection it is given; what the fork server holds for it is somebody else's.
//
// Everything here but `EngineSink` is confined to one loop's thread, or to a process without one.
//
// Read first: `Supervisor` (what exists), `Channel` (one connection: socket, protocol, liveness),
// `Supervisor+Requests` (the anatomy of a request), `EngineHost` (the other side of the pair),
// `ForkServer` (where engines come from).
