// Service: what an engine process answers, method by method.
//
// What it is: the mapping between protocol messages and the engine. A request comes in as method
// number and payload bytes, replies leave as message payloads and tensors in an order that is a
// function of the request alone, so that a relay can repeat a request and skip what it already
// passed on.
//
// What it must never know: sockets, frames on the wire, other clients. The process gives it a
// `ReplySink` and gets the END payload back.
//
// Read first: `EngineService` (dispatch), `ReplySink`, `RequestFailure` (errors as statuses).
