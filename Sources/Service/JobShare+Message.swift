import Engine
import Messages

extension JobShare {
    /// The share that the supervisor wrote into a request; without one, share 1 of weight 1.
    init(_ options: Neurond_V1_RequestOptions) {
        guard options.hasAdmission else {
            self.init()
            return
        }
        let admission = options.admission
        self.init(
            identifier: admission.share, weight: Int(admission.weight),
            lane: admission.lane == .bulk ? .bulk : .interactive)
    }
}

extension Neurond_V1_RequestOptions {
    /// When a request that comes now is to be ended, in seconds of `StepEngine.now`; nil for never.
    var deadline: Double? {
        deadlineMs == 0 ? nil : StepEngine.now() + Double(deadlineMs) * 1e-3
    }
}
