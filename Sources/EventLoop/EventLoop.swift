// EventLoop: libuv behind safe Swift types.
//
// What it is: a loop that runs on one thread, and the handles that live on it: timers, signals,
// listeners, byte streams and child processes; and what two processes need who share no loop:
// sockets that carry descriptors, and the fork. It is the only module that imports `CLibuv`.
//
// What it must never know: frames, messages, models, or what the bytes that it moves mean.
//
// Rules that hold for every type here:
// - A loop belongs to the thread that created it. Every other handle belongs to its loop, is not
//   `Sendable`, and checks on entry that it is used on the loop's thread. The one way in from
//   another thread is `LoopHandle`.
// - An open handle keeps its Swift object alive, as it keeps the kernel object alive. Letting go
//   of the last reference closes nothing: call `close()`, which is safe to call more than once.
// - No callback runs after `close()`, except the completions of writes, which report the closing.
// - A loop is closed only after all its handles; `Loop.close()` says which are still open.
//
// Read first: `Loop` (the thread and its phases), `HandleBox` (who owns C memory, and until
// when), `ByteStream` (reading, writing, back pressure).
