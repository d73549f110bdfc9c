// HookMessages: the third spelling of the hook language, the messages of
// Proto/neurond/v1/hooks.proto, from and to the types of `Hooks`.
//
// What it is. Two conversions. Into messages: a plan is checked, then written with canonical site
// names and compact masks. Out of messages: every field is checked, and a field that this version
// does not know is refused by its number, because a hook that is only partly understood must not
// run.
//
// What it must never know. Frames, streams, models, files. It sees one message and one plan.
//
// Read first. `HookPlan.init(message:)` (what a daemon reads), `Neurond_V1_HookPlan.init(_:)`
// (what a client sends), and `Docs/hooks.md` for what the parts mean. Errors are `HookError`, the
// same as for the text and the JSON spelling.
