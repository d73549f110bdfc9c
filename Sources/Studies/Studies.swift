// Studies: methods of papers on which neurons make a model reason, from data to table.
//
// What it is: readers of data sets, a store of results from which a run goes on after any end, and
// the methods themselves as pure functions over what a model answered. Everything that is asked of
// a model goes through `StudyModel`; a daemon stands behind it, or a test's own arithmetic.
//
// What it must never know: how a model computes, how bytes travel, who reads a report.
//
// Read first: `StudyModel` (what is asked), `NeuronStatistics` (what is counted). `Data` has
// problems and answers, `Store` the run store, `Frame` what every study shares, `Differential` the
// study of neurons that fire differently in right and wrong chains.
