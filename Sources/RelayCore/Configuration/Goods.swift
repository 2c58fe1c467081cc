/// One entry of an app's goods library.
package struct Goods: Hashable, Sendable {
    package var code: String
    package var name: String
    /// The address of a picture.
    package var image: String?
    package var price: Price
    /// The sub-accounts that see it besides the main account; empty for all.
    package var loginIDs: [String]

    package init(code: String, name: String, image: String? = nil, price: Price, loginIDs: [String] = []) {
        self.code = code
        self.name = name
        self.image = image
        self.price = price
        self.loginIDs = loginIDs
    }
}
