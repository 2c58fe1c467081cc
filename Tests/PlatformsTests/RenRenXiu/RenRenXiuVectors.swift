/// Published and worked examples of RenRenXiu signatures.
enum RenRenXiuVectors {
    static let json = #"""
        {
         "algorithm": "renrenxiu",
         "cases": [
          {
           "name": "published example",
           "secret": "eRdLi88c6I6L95PFSX1Nq69Y84xLcD3T",
           "params": {
            "app_key": "96c84928b1dce057d110ea3b3880fc83",
            "time_stamp": "1543999047492",
            "openid": "ot1UbuBBzlE6IjEDWfyXQW3dy2S4",
            "transaction_no": "69201704060281699381",
            "nonce_str": "ibuaiVcKdpRxkhJA",
            "order_no": "19201704060281699381"
           },
           "canonical": "app_key=96c84928b1dce057d110ea3b3880fc83&nonce_str=ibuaiVcKdpRxkhJA&openid=ot1UbuBBzlE6IjEDWfyXQW3dy2S4&order_no=19201704060281699381&time_stamp=1543999047492&transaction_no=69201704060281699381eRdLi88c6I6L95PFSX1Nq69Y84xLcD3T",
           "sign": "586DAE08781B6ACD391FA5BD678CDD0D",
           "form": "app_key=96c84928b1dce057d110ea3b3880fc83&time_stamp=1543999047492&openid=ot1UbuBBzlE6IjEDWfyXQW3dy2S4&transaction_no=69201704060281699381&nonce_str=ibuaiVcKdpRxkhJA&order_no=19201704060281699381&sign=586DAE08781B6ACD391FA5BD678CDD0D"
          },
          {
           "name": "smallest goods issue",
           "secret": "eRdLi88c6I6L95PFSX1Nq69Y84xLcD3T",
           "params": {
            "app_key": "96c84928b1dce057d110ea3b3880fc83",
            "time_stamp": "1543999047492",
            "openid": "gb_1543999047492",
            "order_no": "1543999047492",
            "goods_code": "zp_001"
           },
           "canonical": "app_key=96c84928b1dce057d110ea3b3880fc83&goods_code=zp_001&openid=gb_1543999047492&order_no=1543999047492&time_stamp=1543999047492eRdLi88c6I6L95PFSX1Nq69Y84xLcD3T",
           "sign": "3C9BC2622E469B9217117AEA604A14A8",
           "form": "app_key=96c84928b1dce057d110ea3b3880fc83&time_stamp=1543999047492&openid=gb_1543999047492&order_no=1543999047492&goods_code=zp_001&sign=3C9BC2622E469B9217117AEA604A14A8"
          },
          {
           "name": "empty values are not signed",
           "secret": "eRdLi88c6I6L95PFSX1Nq69Y84xLcD3T",
           "params": {
            "app_key": "96c84928b1dce057d110ea3b3880fc83",
            "time_stamp": "1543999047492",
            "openid": "gb_1543999047492",
            "order_no": "1543999047492",
            "goods_code": "zp_001",
            "nickname": "",
            "phone": ""
           },
           "canonical": "app_key=96c84928b1dce057d110ea3b3880fc83&goods_code=zp_001&openid=gb_1543999047492&order_no=1543999047492&time_stamp=1543999047492eRdLi88c6I6L95PFSX1Nq69Y84xLcD3T",
           "sign": "3C9BC2622E469B9217117AEA604A14A8",
           "form": "app_key=96c84928b1dce057d110ea3b3880fc83&time_stamp=1543999047492&openid=gb_1543999047492&order_no=1543999047492&goods_code=zp_001&nickname=&phone=&sign=3C9BC2622E469B9217117AEA604A14A8"
          },
          {
           "name": "Chinese and emoji nickname, spaces as plus",
           "secret": "eRdLi88c6I6L95PFSX1Nq69Y84xLcD3T",
           "params": {
            "app_key": "96c84928b1dce057d110ea3b3880fc83",
            "time_stamp": "1543999047492",
            "openid": "gb_1543999047492",
            "order_no": "1543999047492",
            "goods_code": "zp_001",
            "nickname": "小 张子 🎁"
           },
           "canonical": "app_key=96c84928b1dce057d110ea3b3880fc83&goods_code=zp_001&nickname=小 张子 🎁&openid=gb_1543999047492&order_no=1543999047492&time_stamp=1543999047492eRdLi88c6I6L95PFSX1Nq69Y84xLcD3T",
           "sign": "5DF6770A23A2C720B7699C413223146E",
           "form": "app_key=96c84928b1dce057d110ea3b3880fc83&time_stamp=1543999047492&openid=gb_1543999047492&order_no=1543999047492&goods_code=zp_001&nickname=%E5%B0%8F+%E5%BC%A0%E5%AD%90+%F0%9F%8E%81&sign=5DF6770A23A2C720B7699C413223146E"
          },
          {
           "name": "spaces as %20",
           "secret": "eRdLi88c6I6L95PFSX1Nq69Y84xLcD3T",
           "params": {
            "app_key": "96c84928b1dce057d110ea3b3880fc83",
            "time_stamp": "1543999047492",
            "openid": "gb_1543999047492",
            "order_no": "1543999047492",
            "goods_code": "zp_001",
            "nickname": "小 张子"
           },
           "canonical": "app_key=96c84928b1dce057d110ea3b3880fc83&goods_code=zp_001&nickname=小 张子&openid=gb_1543999047492&order_no=1543999047492&time_stamp=1543999047492eRdLi88c6I6L95PFSX1Nq69Y84xLcD3T",
           "sign": "DA5B9C1A318642760D77352EC0C7D0AD",
           "form": "app_key=96c84928b1dce057d110ea3b3880fc83&time_stamp=1543999047492&openid=gb_1543999047492&order_no=1543999047492&goods_code=zp_001&nickname=%E5%B0%8F%20%E5%BC%A0%E5%AD%90&sign=DA5B9C1A318642760D77352EC0C7D0AD"
          },
          {
           "name": "value holds & and = and %",
           "secret": "eRdLi88c6I6L95PFSX1Nq69Y84xLcD3T",
           "params": {
            "app_key": "96c84928b1dce057d110ea3b3880fc83",
            "time_stamp": "1543999047492",
            "openid": "gb_1543999047492",
            "order_no": "1543999047492",
            "goods_code": "zp_001",
            "headimgurl": "https://thirdwx.qlogo.cn/mmopen/a?x=1&y=2%20z",
            "nickname": "a=b&c"
           },
           "canonical": "app_key=96c84928b1dce057d110ea3b3880fc83&goods_code=zp_001&headimgurl=https://thirdwx.qlogo.cn/mmopen/a?x=1&y=2%20z&nickname=a=b&c&openid=gb_1543999047492&order_no=1543999047492&time_stamp=1543999047492eRdLi88c6I6L95PFSX1Nq69Y84xLcD3T",
           "sign": "8EC256444C89835F9498D10B9025927A",
           "form": "app_key=96c84928b1dce057d110ea3b3880fc83&time_stamp=1543999047492&openid=gb_1543999047492&order_no=1543999047492&goods_code=zp_001&headimgurl=https%3A%2F%2Fthirdwx.qlogo.cn%2Fmmopen%2Fa%3Fx%3D1%26y%3D2%2520z&nickname=a%3Db%26c&sign=8EC256444C89835F9498D10B9025927A"
          },
          {
           "name": "contacts as JSON in a string",
           "secret": "eRdLi88c6I6L95PFSX1Nq69Y84xLcD3T",
           "params": {
            "app_key": "96c84928b1dce057d110ea3b3880fc83",
            "time_stamp": "1543999047492",
            "openid": "gb_1543999047492",
            "order_no": "1543999047492",
            "goods_code": "zp_001",
            "phone": "15811111111",
            "contacts": "[{\"id\":\"101\",\"name\":\"姓名\",\"value\":\"张三\"},{\"id\":103,\"name\":\"手机号\",\"value\":\"15811111111\"}]",
            "h5_guid": "123456"
           },
           "canonical": "app_key=96c84928b1dce057d110ea3b3880fc83&contacts=[{\"id\":\"101\",\"name\":\"姓名\",\"value\":\"张三\"},{\"id\":103,\"name\":\"手机号\",\"value\":\"15811111111\"}]&goods_code=zp_001&h5_guid=123456&openid=gb_1543999047492&order_no=1543999047492&phone=15811111111&time_stamp=1543999047492eRdLi88c6I6L95PFSX1Nq69Y84xLcD3T",
           "sign": "032B3F10408994F0F2D976F3EB304DE5",
           "form": "app_key=96c84928b1dce057d110ea3b3880fc83&time_stamp=1543999047492&openid=gb_1543999047492&order_no=1543999047492&goods_code=zp_001&phone=15811111111&contacts=%5B%7B%22id%22%3A%22101%22%2C%22name%22%3A%22%E5%A7%93%E5%90%8D%22%2C%22value%22%3A%22%E5%BC%A0%E4%B8%89%22%7D%2C%7B%22id%22%3A103%2C%22name%22%3A%22%E6%89%8B%E6%9C%BA%E5%8F%B7%22%2C%22value%22%3A%2215811111111%22%7D%5D&h5_guid=123456&sign=032B3F10408994F0F2D976F3EB304DE5"
          },
          {
           "name": "field the documents do not know",
           "secret": "eRdLi88c6I6L95PFSX1Nq69Y84xLcD3T",
           "params": {
            "app_key": "96c84928b1dce057d110ea3b3880fc83",
            "time_stamp": "1543999047492",
            "openid": "gb_1543999047492",
            "order_no": "1543999047492",
            "goods_code": "zp_001",
            "new_field": "v1",
            "Zed": "upper sorts first"
           },
           "canonical": "Zed=upper sorts first&app_key=96c84928b1dce057d110ea3b3880fc83&goods_code=zp_001&new_field=v1&openid=gb_1543999047492&order_no=1543999047492&time_stamp=1543999047492eRdLi88c6I6L95PFSX1Nq69Y84xLcD3T",
           "sign": "245AF32AC34836711FBCCE742618FB54",
           "form": "app_key=96c84928b1dce057d110ea3b3880fc83&time_stamp=1543999047492&openid=gb_1543999047492&order_no=1543999047492&goods_code=zp_001&new_field=v1&Zed=upper+sorts+first&sign=245AF32AC34836711FBCCE742618FB54"
          },
          {
           "name": "plus sign in a value",
           "secret": "eRdLi88c6I6L95PFSX1Nq69Y84xLcD3T",
           "params": {
            "app_key": "96c84928b1dce057d110ea3b3880fc83",
            "time_stamp": "1543999047492",
            "openid": "gb_1543999047492",
            "order_no": "1543999047492",
            "goods_code": "zp_001",
            "nickname": "a+b"
           },
           "canonical": "app_key=96c84928b1dce057d110ea3b3880fc83&goods_code=zp_001&nickname=a+b&openid=gb_1543999047492&order_no=1543999047492&time_stamp=1543999047492eRdLi88c6I6L95PFSX1Nq69Y84xLcD3T",
           "sign": "E7F375E60C87346E7413A9AE971DAE27",
           "form": "app_key=96c84928b1dce057d110ea3b3880fc83&time_stamp=1543999047492&openid=gb_1543999047492&order_no=1543999047492&goods_code=zp_001&nickname=a%2Bb&sign=E7F375E60C87346E7413A9AE971DAE27"
          }
         ]
        }
        """#
}
