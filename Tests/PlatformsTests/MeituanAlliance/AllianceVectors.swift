/// Worked examples of Meituan Alliance signatures.
enum AllianceVectors {
    static let json = #"""
        {
         "algorithm": "meituan-alliance",
         "cases": [
          {
           "name": "paid food-delivery order",
           "secret": "8f1c2e9b7a6d4053",
           "params": {
            "orderid": "1000000001",
            "type": "4",
            "status": "1",
            "smstitle": "美团外卖红包",
            "dealid": "0",
            "quantity": "1",
            "total": "36.80",
            "direct": "30.30",
            "ratio": "0.03",
            "paytime": "1732240000",
            "ordertime": "1732239990",
            "uid": "12345",
            "sid": "channel-7"
           },
           "canonical": "8f1c2e9b7a6d4053dealid0direct30.30orderid1000000001ordertime1732239990paytime1732240000quantity1ratio0.03sidchannel-7smstitle美团外卖红包status1total36.80type4uid123458f1c2e9b7a6d4053",
           "sign": "7f84f813332f02a21f40bb1952d97fe0",
           "form": "orderid=1000000001&type=4&status=1&smstitle=%E7%BE%8E%E5%9B%A2%E5%A4%96%E5%8D%96%E7%BA%A2%E5%8C%85&dealid=0&quantity=1&total=36.80&direct=30.30&ratio=0.03&paytime=1732240000&ordertime=1732239990&uid=12345&sid=channel-7&sign=7f84f813332f02a21f40bb1952d97fe0"
          },
          {
           "name": "completed",
           "secret": "8f1c2e9b7a6d4053",
           "params": {
            "orderid": "1000000001",
            "type": "4",
            "status": "8",
            "smstitle": "美团外卖红包",
            "dealid": "0",
            "quantity": "1",
            "total": "36.80",
            "direct": "30.30",
            "ratio": "0.03",
            "paytime": "1732240000",
            "ordertime": "1732239990",
            "uid": "12345",
            "sid": "channel-7",
            "modtime": "1732250000"
           },
           "canonical": "8f1c2e9b7a6d4053dealid0direct30.30modtime1732250000orderid1000000001ordertime1732239990paytime1732240000quantity1ratio0.03sidchannel-7smstitle美团外卖红包status8total36.80type4uid123458f1c2e9b7a6d4053",
           "sign": "8727a3807f9728a0815695ccd4e864ae",
           "form": "orderid=1000000001&type=4&status=8&smstitle=%E7%BE%8E%E5%9B%A2%E5%A4%96%E5%8D%96%E7%BA%A2%E5%8C%85&dealid=0&quantity=1&total=36.80&direct=30.30&ratio=0.03&paytime=1732240000&ordertime=1732239990&uid=12345&sid=channel-7&modtime=1732250000&sign=8727a3807f9728a0815695ccd4e864ae"
          },
          {
           "name": "empty value is signed as its name alone",
           "secret": "8f1c2e9b7a6d4053",
           "params": {
            "orderid": "1000000001",
            "type": "4",
            "status": "1",
            "smstitle": "美团外卖红包",
            "dealid": "",
            "quantity": "1",
            "total": "36.80",
            "direct": "30.30",
            "ratio": "0.03",
            "paytime": "1732240000",
            "ordertime": "1732239990",
            "uid": "12345",
            "sid": "channel-7"
           },
           "canonical": "8f1c2e9b7a6d4053dealiddirect30.30orderid1000000001ordertime1732239990paytime1732240000quantity1ratio0.03sidchannel-7smstitle美团外卖红包status1total36.80type4uid123458f1c2e9b7a6d4053",
           "sign": "2c084c778e7cdb4a0735ab0ef195516a",
           "form": "orderid=1000000001&type=4&status=1&smstitle=%E7%BE%8E%E5%9B%A2%E5%A4%96%E5%8D%96%E7%BA%A2%E5%8C%85&dealid=&quantity=1&total=36.80&direct=30.30&ratio=0.03&paytime=1732240000&ordertime=1732239990&uid=12345&sid=channel-7&sign=2c084c778e7cdb4a0735ab0ef195516a"
          },
          {
           "name": "unknown parameter",
           "secret": "8f1c2e9b7a6d4053",
           "params": {
            "orderid": "1000000001",
            "type": "4",
            "status": "1",
            "smstitle": "美团外卖红包",
            "dealid": "0",
            "quantity": "1",
            "total": "36.80",
            "direct": "30.30",
            "ratio": "0.03",
            "paytime": "1732240000",
            "ordertime": "1732239990",
            "uid": "12345",
            "sid": "channel-7",
            "riskOrder": "0"
           },
           "canonical": "8f1c2e9b7a6d4053dealid0direct30.30orderid1000000001ordertime1732239990paytime1732240000quantity1ratio0.03riskOrder0sidchannel-7smstitle美团外卖红包status1total36.80type4uid123458f1c2e9b7a6d4053",
           "sign": "c2533d32497ecddda2e603f81cdf5467",
           "form": "orderid=1000000001&type=4&status=1&smstitle=%E7%BE%8E%E5%9B%A2%E5%A4%96%E5%8D%96%E7%BA%A2%E5%8C%85&dealid=0&quantity=1&total=36.80&direct=30.30&ratio=0.03&paytime=1732240000&ordertime=1732239990&uid=12345&sid=channel-7&riskOrder=0&sign=c2533d32497ecddda2e603f81cdf5467"
          },
          {
           "name": "orderList call",
           "secret": "8f1c2e9b7a6d4053",
           "params": {
            "key": "mtkey",
            "ts": "1732240000",
            "type": "4",
            "startTime": "1732150000",
            "endTime": "1732240000",
            "page": "1",
            "limit": "100",
            "queryTimeType": "2"
           },
           "canonical": "8f1c2e9b7a6d4053endTime1732240000keymtkeylimit100page1queryTimeType2startTime1732150000ts1732240000type48f1c2e9b7a6d4053",
           "sign": "33d864003b4e88e3395128c91c1e356f",
           "form": "key=mtkey&ts=1732240000&type=4&startTime=1732150000&endTime=1732240000&page=1&limit=100&queryTimeType=2&sign=33d864003b4e88e3395128c91c1e356f"
          }
         ]
        }
        """#
}
