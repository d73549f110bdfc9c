extension DifferentialConfiguration {
    package static let settings: [StudySetting<Self>] =
        [
            StudySetting(
                "seed", \.seed, .seed,
                "Of everything drawn: samples, choices among chains, random neurons, resampling.")
        ] + dataSettings + samplingSettings + judgeSettings + selectionSettings + effectSettings
        + reportSettings

    private static let tokenCounts = 1...1_000_000

    private static let dataSettings: [StudySetting<Self>] = [
        StudySetting(
            "data.contrast", \.data.contrast, .text("the path of a file or folder of problems"),
            "Problems that chains are sampled for; they should not be those of the test."),
        StudySetting(
            "data.contrast_items", \.data.contrastItems, .integer(in: 0...1_000_000),
            "How many of them, with the proportions of the subjects; 0 takes all."),
        StudySetting(
            "data.test", \.data.test, .text("the path of a file or folder of problems"),
            "Problems that effects are measured on."),
        StudySetting(
            "data.test_items", \.data.testItems, .integer(in: 0...1_000_000),
            "How many of them, with the proportions of the subjects; 0 takes all. Some 500 are "
                + "needed to see a change of a few points."),
        StudySetting(
            "data.format", \.data.format, .text("the name of a format of problems, or \"\""),
            "Format of both; \"\" recognises it."),
        StudySetting(
            "data.template", \.data.template,
            .text("a template's name or its file's path, or \"\""),
            "Prompt template; \"\" takes the format's own."),
        StudySetting(
            "data.subject", \.data.subject, .text("the name of a tag, or \"\""),
            "The tag whose value is a problem's subject; \"\" takes subject, else domain."),
        StudySetting(
            "data.rule", \.data.rule, .optional(.choice),
            "How answers are found in texts and compared (Docs/studies/data.md); \"\" takes the "
                + "problems' own rules."),
    ]

    private static let judgeSettings: [StudySetting<Self>] = [
        StudySetting(
            "judge.endpoint", \.judge.endpoint, .text("an address http://…/v1, or \"\""),
            "OpenAI-compatible address of a model that is asked whether the steps of right chains "
                + "are sound; chains that it does not call sound are left out. \"\" asks nobody."),
        StudySetting(
            "judge.model", \.judge.model, .text("a model's name, or \"\""),
            "The model's name there."),
        StudySetting(
            "judge.key_variable", \.judge.keyVariable,
            .text("the name of an environment variable, or \"\""),
            "The environment variable that holds the key, which is stored nowhere; \"\" sends "
                + "none."),
    ]

    private static let samplingSettings: [StudySetting<Self>] = [
        StudySetting(
            "sampling.samples", \.sampling.samples, .integer(in: 1...64),
            "Chains for each problem. The paper does not say; 8."),
        StudySetting(
            "sampling.temperature", \.sampling.temperature,
            .number(in: 0...10 as ClosedRange<Float>),
            "High enough that a problem gets right and wrong chains."),
        StudySetting(
            "sampling.top_p", \.sampling.topP, .number(in: 0...1 as ClosedRange<Float>),
            "Tokens of this much probability are sampled from; 1 takes all."),
        StudySetting(
            "sampling.maximum_tokens", \.sampling.maximumTokens, .integer(in: tokenCounts),
            "Of one chain; the template may set fewer."),
        StudySetting(
            "sampling.rejects_truncated", \.sampling.rejectsTruncated, .flag,
            "Leaves out chains that end for their length."),
        StudySetting(
            "sampling.needs_majority", \.sampling.needsMajority, .flag,
            "Takes a right chain only where most chains of its problem are right."),
        StudySetting(
            "sampling.pairing", \.sampling.pairing, .choice,
            "Which right and wrong chains of a problem are taken: a pair by the seed, or the "
                + "pair of nearest lengths."),
        StudySetting(
            "activations.tokens", \.activations.tokens, .choice,
            "Tokens that are counted: those of the chain, or those of its prompt too. The paper "
                + "does not say."),
        StudySetting(
            "activations.length_tolerance", \.activations.lengthTolerance, .number(in: 0...1),
            "A problem's two chains are matched in length where the shorter lacks at most this "
                + "part of the longer."),
    ]

    private static let selectionSettings: [StudySetting<Self>] = [
        StudySetting(
            "selection.reading", \.selection.reading, .choice,
            "What the paper's AvgL2Norm is: mean |a|, root mean square, or the L2 norm over N or "
                + "not; the last two depend on length. Reports show all four."),
        StudySetting(
            "selection.scope", \.selection.rule.scope, .choice,
            "Where the highest fraction is taken: in the whole model, in each layer, or nowhere, "
                + "as in the paper's algorithm."),
        StudySetting(
            "selection.fraction", \.selection.rule.fraction, .number(in: 0...1),
            "The fraction of neurons with the highest ratios."),
        StudySetting(
            "selection.threshold", \.selection.rule.threshold, .number(in: 0...1000),
            "A selected neuron's ratio is above it."),
        StudySetting(
            "selection.guard", \.selection.guardFraction, .number(in: 0...1),
            "A neuron has no ratio where m⁻ is below this part of its layer's median."),
        StudySetting(
            "baselines.mathneuro", \.baselines.mathNeuro, .choice,
            "What \"activated in right chains and not in wrong ones\" means: among the largest "
                + "‖v‖·m of one and not of the other, or the gain in the rate of a > 0."),
        StudySetting(
            "baselines.draws", \.baselines.draws, .integer(in: 1...20),
            "Random sets of either kind."),
    ]

    private static let effectSettings: [StudySetting<Self>] = [
        StudySetting(
            "interventions.factors", \.interventions.factors,
            .list(of: .number(in: -100...100 as ClosedRange<Float>), count: 1...8),
            "By what coefficients are multiplied, one intervention each; 0 silences."),
        StudySetting(
            "interventions.scopes", \.interventions.scopes, .list(of: .choice, count: 1...2),
            "At all positions, which is as if weights were scaled, or at generated tokens only. "
                + "The paper does not say."),
        StudySetting(
            "sweeps.thresholds", \.sweeps.thresholds,
            .list(of: .number(in: 0...1000)), "Thresholds of the first sweep."),
        StudySetting(
            "sweeps.threshold_scope", \.sweeps.thresholdScope, .optional(.choice),
            "Scope of the selection in that sweep; \"\" takes selection.scope. Where the fraction "
                + "binds, the threshold changes nothing."),
        StudySetting(
            "sweeps.scales", \.sweeps.scales,
            .list(of: .number(in: -100...100 as ClosedRange<Float>)),
            "Factors of the second sweep."),
        StudySetting(
            "domains.studied", \.domains.isStudied, .flag,
            "Whether neurons of one subject alone are sought and silenced."),
        StudySetting(
            "domains.draws", \.domains.draws, .integer(in: 0...20),
            "Random sets of the size of each subject's own."),
        StudySetting(
            "unrelated.files", \.unrelated.files,
            .list(of: .text("the path of a file of problems")),
            "Other tasks, on which an effect is not wanted."),
        StudySetting(
            "unrelated.items", \.unrelated.items, .integer(in: 0...1_000_000),
            "Problems taken of each; 0 takes all."),
    ]

    private static let reportSettings: [StudySetting<Self>] = [
        StudySetting(
            "evaluation.maximum_tokens", \.evaluation.maximumTokens, .integer(in: tokenCounts),
            "Of one answer; the template may set fewer."),
        StudySetting(
            "evaluation.scores_solutions", \.evaluation.scoresSolutions, .flag,
            "Whether the problems' own solutions are scored too: smaller effects show there."),
        StudySetting(
            "evaluation.confidence", \.evaluation.confidence, .number(in: 0.5...0.9999),
            "Of intervals."),
        StudySetting(
            "evaluation.resamples", \.evaluation.resamples, .integer(in: 100...100_000),
            "Of the bootstrap."),
        StudySetting(
            "analysis.top_fractions", \.analysis.topFractions, .list(of: .number(in: 0...1)),
            "Fractions of the most strongly firing neurons that the selected are compared with."),
        StudySetting(
            "analysis.histogram_low", \.analysis.histogram.low, .number(in: 0...1000),
            "Lower end of the histogram of ratios."),
        StudySetting(
            "analysis.histogram_high", \.analysis.histogram.high, .number(in: 0...1000),
            "Its upper end."),
        StudySetting(
            "analysis.histogram_bins", \.analysis.histogram.count, .integer(in: 1...1000),
            "Its number of bins."),
        StudySetting(
            "projection.neurons", \.projection.neurons, .integer(in: 0...100_000),
            "Selected neurons, of the highest ratios, that are brought to the vocabulary."),
        StudySetting(
            "projection.tokens", \.projection.tokens, .integer(in: 1...1000),
            "Tokens at either end."),
        StudySetting(
            "projection.first_index", \.projection.firstIndex, .integer(in: 0...1),
            "The number that the first layer and neuron have in the table of projections: 0 as "
                + "everywhere else, 1 to compare with names that count from 1."),
    ]
}
