package import RelayCore

package struct MerchantGoodsLibrary: GoodsLibrary {
    package init() {}

    package func look(
        up inquiry: GoodsInquiry, at endpoint: Endpoint, of app: App, in directory: Directory
    ) async -> GoodsFinding {
        .unavailable
    }
}
