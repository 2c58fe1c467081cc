/// Published and worked examples of Standard Webhooks signatures.
enum StandardWebhooksVectors {
    static let json = #"""
        {
         "algorithm": "standard-webhooks v1",
         "cases": [
          {
           "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
           "id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
           "timestamp": 1614265330,
           "body": "{\"test\": 2432232314}",
           "signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
          },
          {
           "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
           "id": "msg_01",
           "timestamp": 1732240000,
           "body": "{\"type\":\"goods.issue\",\"data\":{\"nickname\":\"小张子\"}}",
           "signature": "v1,L2bFa0E5ytyS/6Swxdd4udLMtf7qYFbRAufu2HbIk4M="
          }
         ]
        }
        """#
}
