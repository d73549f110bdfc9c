extension DifferentialStory {
    /// The whole story in Markdown.
    var report: String {
        var parts = ["# Differential study of \(model.name)\n", setting]
        for table in tables { parts.append(table.markdown) }
        for figure in figures {
            parts.append("**\(figure.title)**\n\n```\n\(figure.text)\n```\n")
        }
        parts.append(tracing)
        return parts.joined(separator: "\n")
    }

    private var setting: String {
        let sampling = configuration.sampling
        let selection = configuration.selection
        let counts = [
            "\(data.contrast.problems.count) problems of \(data.contrast.source.name)",
            "\(data.test.problems.count) of \(data.test.source.name)",
        ]
        let lines = [
            "model: \(model.name), weights \(model.weightFormat), \(model.layers) layers of "
                + "\(model.neurons) neurons, digest `\(model.digest)`",
            "chains: \(sampling.samples) for each of \(counts[0]) "
                + "(digest `\(data.contrast.source.digest)`), temperature \(sampling.temperature), "
                + "top p \(sampling.topP), seed \(configuration.seed)",
            "effects: measured greedily on \(counts[1]) (digest `\(data.test.source.digest)`)",
            "selection: reading \(selection.reading.letter) (\(selection.reading.rawValue)), "
                + "\(configuration.activations.tokens.rawValue) tokens, "
                + "\(selection.rule.scope.rawValue), highest \(percent(selection.rule.fraction)), "
                + "θ = \(selection.rule.threshold); \(selected)",
        ]
        return lines.map { "- \($0)" }.joined(separator: "\n") + "\n"
    }

    private var selected: String {
        guard let cascade = selections?.cascade else { return "no chains to select from" }
        return
            "\(cascade.neurons.count) of \(cascade.candidates) neurons, binding filter: "
            + cascade.binding.rawValue
    }

    private var tracing: String {
        """
        **Where the numbers come from**

        The column *sources* names the calls whose stored answers a row was computed from, with \
        places in their order where not all of them count. The store keeps under each call's \
        label every item: the exact prompt, the plan's hash, the seed and the raw answer.

        """
    }
}
