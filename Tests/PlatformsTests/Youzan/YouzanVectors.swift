/// Worked examples of signatures of Youzan message pushes.
enum YouzanVectors {
    static let json = #"""
        {
         "algorithm": "youzan-push",
         "cases": [
          {
           "name": "order paid",
           "client_id": "testid",
           "client_secret": "testsecret",
           "msg": "%7B%22tid%22%3A%22E20260101%22%2C%22payment%22%3A%2236.80%22%7D",
           "sign": "083dd644fb6449767950db9b2bc0deb1"
          },
          {
           "name": "empty",
           "client_id": "testid",
           "client_secret": "testsecret",
           "msg": "",
           "sign": "e8ff54f29aeb402f89e15143e0e37cd1"
          },
          {
           "name": "Chinese",
           "client_id": "testid",
           "client_secret": "testsecret",
           "msg": "%7B%22title%22%3A%22%E5%A5%B6%E8%8C%B6%22%7D",
           "sign": "d060ffeb957e2a89dd56caf0b0ada426"
          }
         ]
        }
        """#
}
