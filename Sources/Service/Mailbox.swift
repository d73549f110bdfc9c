import Synchronization

/// What comes from the engine's thread, for one reader.
///
/// Unlike a stream it does not end with the reader's task: a job that is cancelled still tells
/// what it did.
final class Mailbox<Element: Sendable>: Sendable {
    private struct State {
        var elements: [Element] = []
        var reader: CheckedContinuation<Element, Never>?
    }

    private let state = Mutex(State())

    func put(_ element: Element) {
        let reader = state.withLock { state -> CheckedContinuation<Element, Never>? in
            if let reader = state.reader.take() { return reader }
            state.elements.append(element)
            return nil
        }
        reader?.resume(returning: element)
    }

    func next() async -> Element {
        await withCheckedContinuation { continuation in
            let element = state.withLock { state -> Element? in
                guard state.elements.isEmpty else { return state.elements.removeFirst() }
                state.reader = continuation
                return nil
            }
            if let element { continuation.resume(returning: element) }
        }
    }
}
