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
