// Engine: the model graph, sequences and hooks.
//
// What it is: one model replica. It turns token ids and resolved hook plans into logits, sampled
// tokens, captured rows and reductions of them. Rows of many sequences share each pass over the
// weights (a *step*), every row under its own plan, and a row's bits never depend on its
// neighbours.
//
// What it must never know: frames, messages, sockets, processes. It is driven by calls and
// answers by callbacks, so it is tested without a process.
//
// Read first: `Model` (immutable weights in an arena), `ForwardPass` (one step, in the order of
// the paper), `StepEngine` (the thread that plans steps).
