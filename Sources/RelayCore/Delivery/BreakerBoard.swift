/// Makes known which endpoints this relay leaves alone because they keep failing. Does not wait.
package protocol BreakerBoard: Sendable {
    /// - Parameter reason: for people; holds nothing of an answer's text.
    func opened(_ endpoint: EndpointID, reason: String)
    func closed(_ endpoint: EndpointID)
}
