/// Everything that the differential study can be told.
///
/// The defaults follow the paper; where it says nothing, Docs/studies/differential.md says why.
package struct DifferentialConfiguration: StudyConfiguration {
    package var seed: UInt64 = 1
    package var data = Data()
    package var sampling = Sampling()
    package var judge = Judge()
    package var activations = Activations()
    package var selection = Selection()
    package var baselines = Baselines()
    package var interventions = Interventions()
    package var sweeps = Sweeps()
    package var domains = Domains()
    package var analysis = Analysis()
    package var projection = Projection()
    package var unrelated = Unrelated()
    package var evaluation = Evaluation()

    package init() {}

    /// Problems: those that chains are sampled for, and those that effects are measured on.
    package struct Data: Sendable, Equatable {
        package var contrast = "Models/abacus/data/problems-train.jsonl"
        package var contrastItems = 0
        package var test = "Models/abacus/data/problems-test.jsonl"
        package var testItems = 0
        package var format = ""
        package var template = ""
        package var subject = ""
        package var rule: AnswerRule?
    }

    package struct Sampling: Sendable, Equatable {
        package var samples = 8
        package var temperature: Float = 0.7
        package var topP: Float = 0.95
        package var maximumTokens = 1024
        package var rejectsTruncated = true
        package var needsMajority = false
        package var pairing = ContrastiveSettings.Pairing.seeded

        var settings: ContrastiveSettings {
            var settings = ContrastiveSettings()
            settings.samples = samples
            settings.temperature = temperature
            settings.topP = topP
            settings.maxTokens = maximumTokens
            settings.rejectsTruncated = rejectsTruncated
            settings.needsMajority = needsMajority
            settings.pairing = pairing
            return settings
        }
    }

    /// Who looks at the steps of right chains; nobody where the endpoint is empty.
    package struct Judge: Sendable, Equatable {
        package var endpoint = ""
        package var model = ""
        package var keyVariable = ""

        var settings: JudgeSettings? {
            guard !endpoint.isEmpty else { return nil }
            var settings = JudgeSettings(endpoint: endpoint, model: model)
            settings.keyVariable = keyVariable
            return settings
        }
    }

    package struct Activations: Sendable, Equatable {
        /// Which tokens of a chain are counted.
        package enum Tokens: String, Sendable, CaseIterable {
            case response, all
        }

        package var tokens = Tokens.response
        package var lengthTolerance = 0.1
    }

    package struct Selection: Sendable, Equatable {
        package var reading = ActivationReading.meanAbs
        package var rule = CascadeRule()
        package var guardFraction = DifferentialLimits.guardFraction
    }

    package struct Baselines: Sendable, Equatable {
        /// What "activated in right chains and not in wrong ones" means.
        package enum MathNeuro: String, Sendable, CaseIterable {
            case setDifference = "set_difference"
            case positiveRate = "positive_rate"
        }

        package var mathNeuro = MathNeuro.setDifference
        package var draws = 3
    }

    package struct Interventions: Sendable, Equatable {
        package var factors: [Float] = [1.1, 0]
        package var scopes: [Intervention.Scope] = [.all, .generated]
    }

    package struct Sweeps: Sendable, Equatable {
        package var thresholds = [1.00, 1.05, 1.10, 1.15, 1.20, 1.25, 1.30]
        package var thresholdScope: CascadeRule.Scope?
        package var scales: [Float] = [0, 0.5, 0.9, 1, 1.05, 1.1, 1.15, 1.2, 1.3, 1.5, 2]
    }

    package struct Domains: Sendable, Equatable {
        package var isStudied = true
        package var draws = 1
    }

    package struct Analysis: Sendable, Equatable {
        package var topFractions = [0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5]
        package var histogram = RatioHistogram.Bins()
    }

    package struct Projection: Sendable, Equatable {
        package var neurons = 30
        package var tokens = 20
        package var firstIndex = 0
    }

    package struct Unrelated: Sendable, Equatable {
        package var files: [String] = []
        package var items = 200
    }

    package struct Evaluation: Sendable, Equatable {
        package var maximumTokens = 1024
        package var scoresSolutions = true
        package var confidence = 0.95
        package var resamples = 2000
    }
}
