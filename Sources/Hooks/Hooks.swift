// Hooks: the language in which a request says what is done to a forward pass and what is read
// from it.
//
// What it is. The types of a plan (`HookPlan`, its actions and captures), the text and the JSON
// spelling of the language with a parser and a printer for each, the names that other tools use
// for the same places, the check of a plan against a model's shape, compact masks, neuron-set
// files, and the random numbers of noise. JSON itself is read and printed by `StrictJSON`; what
// its members mean is said here. `Docs/hooks.md` is the page for users; its examples are run by
// this module's tests.
//
// What it must never know. Sockets, frames, protobuf, files, clocks, and how a model computes.
// It names places and says whether a request makes sense; it never touches a tensor. A file
// named in a hook (`@file`) is read by whoever owns the parser, through a closure.
//
// Read first. `HookPlan` (what is asked), `HookParser` (how it is spelled), and
// `HookPlan.resolved(against:)` (what it means for one model).
//
// Rules that hold throughout:
// - Nothing is dropped silently. A name that is not known, or that means another tensor than
//   users of its home library would expect, is refused with a sentence that says what to write.
// - `parse(print(x)) == x` for both spellings, and every spelling of a plan gives the same hash.
// - Every index is 0-based. A dash is inclusive (`10-20` is eleven neurons), a colon is
//   half-open (`4:10` is six positions).
