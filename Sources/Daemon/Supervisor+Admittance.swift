import EventLoop
import Logging
import Supervision
import Wire

/// Why a connection is not taken up; the text is all that its client learns.
struct AdmittanceRefusal {
    let code: GoAwayCode
    let text: String

    static let user = AdmittanceRefusal(
        code: .unauthenticated, text: "this user is not admitted")
    /// One text for a missing and for a wrong proof.
    static let proof = AdmittanceRefusal(
        code: .unauthenticated, text: "a valid token is needed")
    static let connections = AdmittanceRefusal(
        code: .resourceExhausted, text: "too many connections are open")
    static let identityConnections = AdmittanceRefusal(
        code: .resourceExhausted, text: "too many connections of this identity are open")
}

extension Supervisor {
    /// Notes who is at the other end, or what they will have to prove.
    func identify(_ session: ClientSession, by credentials: PeerCredentials?) {
        guard let credentials else { return session.challenge = Authenticator.makeChallenge() }
        session.identity = .user(credentials.userIdentifier)
        session.groups = credentials.groups
    }

    /// Decides about a connection before its first byte; sets the role of a user who is let in.
    func refusal(of session: ClientSession) -> AdmittanceRefusal? {
        if sessions.count >= configuration.limits.connections { return .connections }
        guard session.challenge == nil else {
            let strangers = sessions.values.count { $0.isUnproved }
            return strangers >= DaemonLimits.unprovedConnectionCount ? .connections : nil
        }
        guard let role = role(of: session) else { return .user }
        session.role = role
        return isCrowded(session) ? .identityConnections : nil
    }

    /// Looks at the proof of a connection that was asked for one.
    func prove(_ session: ClientSession, _ hello: Hello) -> AdmittanceRefusal? {
        guard let challenge = session.challenge else { return nil }
        session.proof = hello.credential
        guard
            let (identity, role) = authenticator.holder(
                ofProof: hello.credential, over: challenge)
        else { return .proof }
        session.identity = identity
        session.role = role
        return isCrowded(session) ? .identityConnections : nil
    }

    /// Says goodbye to a client that is not let in.
    func turnAway(_ session: ClientSession, _ refusal: AdmittanceRefusal) {
        logger.info(
            "client refused",
            metadata: [
                "client": "\(session.number)", "identity": "\(session.identity)",
                "reason": "\(refusal.text)",
            ])
        session.channel.leave(refusal.code, refusal.text)
    }

    /// Decides about every connection again, after the lists or the tokens have changed.
    func reviewSessions() {
        for session in Array(sessions.values) where !session.isUnproved {
            guard let role = role(of: session) else {
                turnAway(session, session.challenge == nil ? .user : .proof)
                continue
            }
            session.role = role
        }
    }

    /// The role that the configuration gives; nil for whom it does not let in.
    ///
    /// A proof is looked at again, so that a token that was replaced is worth nothing, though its
    /// holder's name is still there.
    private func role(of session: ClientSession) -> Role? {
        if let challenge = session.challenge {
            return authenticator.holder(ofProof: session.proof, over: challenge)?.1
        }
        guard case .user(let user) = session.identity else { return nil }
        return configuration.access.role(ofUser: user, groups: session.groups)
    }

    private func isCrowded(_ session: ClientSession) -> Bool {
        let others = sessions.values.count { $0 !== session && $0.identity == session.identity }
        return others >= configuration.limits.connectionsPerIdentity
    }
}
