extension String {
    /// The text without what it quotes of secrets, for what another system wrote.
    package func hiding(_ secrets: [Secret]) -> String {
        secrets.reduce(self) { text, secret in
            secret.reveal().isEmpty ? text : text.replacing(secret.reveal(), with: "\(secret)")
        }
    }
}
