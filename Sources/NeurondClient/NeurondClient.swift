// NeurondClient: asks a daemon, from Swift.
//
// What it is: a thin layer of async calls over a connection. One `Client` is one connection on one
// loop thread; any number of tasks may call at once. A reply is read at the pace of its consumer:
// credit goes back to the daemon as answers are taken, so a slow consumer stalls its own call only.
//
// What it must never know: how a model computes, what a hook means, how a study is run. Messages
// are passed as they are; the only translation is from TENSOR frames to `Tensor`.
//
// Read first: `Client` (connect and call), `AnswerStream` (what a call gives), `NeurondError` (what
// went wrong, and whether to try again). Inside: `Session` lives on the loop, `Call` is the meeting
// point of the loop and the consumer.
