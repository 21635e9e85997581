import Foundation

@testable import BackpropFiles

/// Files that `torch.save` of PyTorch 2.13 has written, packed by gzip.
enum RecordedTorchFiles {
    /// Values of all kinds that a checkpoint may have, and tensors of all types.
    static let checkpoint = unpacked(
        """
        H4sIAAAAAAACA61YW2wUVRiebUtbFuhSqCCICOJlK7DsvV1uWxbcAitQBpAVxXW6nb3I7M7+O2e5aaWKLRcvCCI3FX3QRF5IfDIx0Rh80AcwAR
        MTE6MY44MJhvgEiZp6LsN2zlnKatdJz2k7ne9yzvzn//9tT6y+QZKam6WKa7I0RVKKyUx2p7qoT0GKq7BDi0ZapG3cNVDXD5IzPg4D1IKezIAt
        Vh/HjJKmGwbUdYevMjZ6L6/kVKiP1+EfvzwHDRSV0pS0AeO2Q6Pz4KH1arwe3+vNpqHpcCMF2uidvJqG5rV/Dg8PU1BO71M1GN8Pdmfchn/fBR
        OSSMdmXYkSymqGPVFUe0tZrS+B1LyhFxM7vXaY6HTGm/DDBn5SSaswiUHsUU1X0CZ20w4tlNANDqqbLJRgcmwigtaNMSnWEKsfgikxW6xhCKYe
        SiZ1TVOTKKvnDfuGYp9aVPtWZZPIDm3tMtyFYJoM0+m6C0oRwd0ZbCAzKdOScWQo5YyNmLBhEGbGbINwz6EMQc1CcK8MsynKILt1n4iaQ4xMHI
        S5BHU/Q81D8IAMD5aoZb2A4KF+eJi9FAMpSAVnP7THpH54hC4uB/MZq7kBq/RSr6aWd2ABfcgDC7GgDYGLCGKtRWRyM0EPAq8MPsOIk5eULuql
        ggH+7RDoh6CTvl+tCB3d4Z7edVf+OPcXddKrIsWAzu7wtYvkutQdvn7jm++nHZg/BKGSUqLPoD0F1YDF22GJk3MY0XWt7G8p9eeFZdhfHYLlxF
        /dIISJvy7mbwWCiAwrOY6VGaVY5lhFOXzwKFtj1FxjN5lWM441CNbKEOM4NmX04kioPEZJ/LCOkaw3STaQqYeRbEQgy7CJI1mTH6HYTCkCsIVR
        PG5SbCVTnFE8gWCbDE9yFKsVLVXmeIpyBGE743ja5EiQ6RnGoSDolSHJ7ymNe0+wzNNHeTpAZTwpkydNpgzjySJ4VoYdPM8eNBI7GuXohBzjyJ
        scOpkKjAMQFGUwqpxXnx3QiIjLPLP2LXkSIn1lvRLVC8FOFgu7TL3dZNrD9PaaPkvZPF6tHZ5D8LwM/RlKnynRaPW44QXmeJ/JMECmFxnDSyZD
        imxYZ0L153ypvB32I3hZhkGVRi4+4koOhkZZFf2ritSiHQ7cOtBM2AMHmfVDZhgfJsKvMOFXEbwmw+sH6S9HDsAbMhylJ85IKppShGM8lxfeZI
        s4jrna2xnHWwhOyHCSZehcAe2BUzzKB6cxSkJwhjiQSIp7O1Yfsw3BO4zhXQRnZXiv5OqJNTXfvHgkdQ1zkdEzau2YLjnKtcOV0os5BSV2qkUD
        p8poZIK1hHgI6SfXf9hP3iMZo5POlDpGSM2ASChaNp3PqXkUjfiE0vSvrqCfGAjvgt/IZtTd0UCrFC4b6MVRr5OcH40sGYvurUvLIqSpxMPgsl
        9mkHfbeEcPLdJyriovckcji2swwFgHwnjqwl94DODxPh5f4HEVD2kF7gXwmIOHewVxurs/tdxNimQVp228U080Mlm6vf7NMOH9+fRcByFqrsK7
        lOf1RiOdY94Bm0SUP593IV79/bdIEV7ZF40sr+Xl42uYyGPu4erx3yKt5OX90Ui4RvltC2zEwFdrrjvGsP5A7esfRxWbml2LzkwjTU9DFQddvI
        NgNLK0JgcpmtVav/3o/BjW31H7+i8tI/q/3/g1PQb9ztr1vybyjg8/6x5D/IX+h/gbNg/A8HD19TtwKuIzCk5+y2pz0EXk7z3/4wfV1+8Qt9/j
        qX3/b+VcYuPk5u/2Vc9/DmmJYAMnwA5pzPpzqLbr01kX+PMn3VY7LGj7aqx/d1rn1LJWuXdwiFo+O3F/+Wx6S/X4mS15RxoIat9Qi1ncQexVyI
        e4RLYvGnH9x8V4Al63xx3oCHmDIZ876PMHQp0ebyAQDAT9Pn/I7Q4GQ8GQ20tczv3748tO7MNJXdqI2bJPa181ucK5+DlcRFsbqOkccmmjNFon
        JpJYm6CZHMlRK0lF5yXyWBuZVo5nSpNU2UCJcGt30cLBTzRJQu8jYq0dBI/tahawHhFr7QF47CkR6xWx1gLOY6eMF7A+EWutvTz2qIj1i1hr1R
        R07QI2IGKtNY/HHhexQRFrrVeC7gQB2yFircWGxx4TsZ2V+zxSJ3hs60QBGxKx1iTv4HVFrKcisKypmQe3ThLBFZFlza08+FQFuBxat0+/1qut
        RQRXxJY1L/LgAQt4lHxgTVezOfAVC/j2ibQn1ti44FbarV844ln4/lODeehNdxhH/kUnbTUfYBV5XCPDtNHn2bP/AJSXE2y5FAAA
        """)

    /// A dictionary with an object whose pickle calls `os.system`.
    static let call = unpacked(
        """
        H4sIAAAAAAACAwvwZmZhYODgYMAAAgxCDIlFyRmZZan6KYkliXoF2TluTnwMUSiggam2kCGCEag+sZAxuSC/OLOCq7iyuCQ1l6uQKYIbKJ6anJ
        GvkJGYnJ2aUsjcWsgSVMharBfgzc5x8ZyDtTlQAQgH4HSGOAML3Bl6aflFuYkl8WWpRcWZ+XluTgwMhiCTtr+/0wxyAiNek6SANsFNKi7JL0pM
        T41PzMlMz8tNzStxczJG8xpRwMwE5AD78sKXTEArmPA6QJDBHu6ApMqS1PyilNQiNydrcuyFgZzMkpKcVJAbWm0fS7IBbWHD6wZ+Blu4G+DBaE
        m+C4y5wFE5Lz2UsP/lGIwQEQBKUvrFqUWZwBioSiwBuiM+M8XNSY9EpxgYWRpYmJhZmJmbm5sZWRoZGxqYGBgYmBkZW1qaGpkYGJmbWVgYGZmC
        XNntyeiuAXSHBtiVjCDHwt2JnBgFMFyOng/QdSMnQHEUne1IutGSL7ohyIlICsWQi8iGYKRcdHOQE4IgijlBjAyYCRAjJJDikh9F+zUk7Tj8gB
        zEcqh2MzEQiPwAbzY2HVhSYdaF62RDoyczQugfTBAaqI8dbDcLhA8pBVjZIHrYwOohagGc5u2k7QQAAA==
        """)

    /// A whole `nn.Linear`.
    static let module = unpacked(
        """
        H4sIAAAAAAACA6VWXW/bVBh2nDZJ3ZK0HVtpt5XPQcq21M6H06wshYByY1S6oCELCVmO48RWXbuvfdwwpGrA1H38if0BLrjkho8LfgBicIO0Cy
        SuuGH3XCDOOW4T22mCNo4Unfi8z/M+j89535PsSMkphslkmJExzywyqqsZ5oG+3lGRWtjftZqNLPNxZHzOasjBqIJtF/acjm/pXsEybV11ufeD
        CZi1LyBxCGxeJirIVU3btHuQvC/P4mdlX3XVPR3prgdThzCdl1N4ta+bPQNB6ji54iPT8jjF1du+aXWGHA7SYyBItz3HVQ6KHGTyeTmNk3oYqf
        Z0mAkoXNNyVPRhsMgBJycwhodZOYlnbd+HOWkKwXM3JEZiJfYuZPGUuAu5B5rmWJauIdOxPe4Dt6O7euc9U0MczK+1YAHBYgvO3DfIw/P34GwL
        zsl4j5m2qXqwZKQN7MeYMQI9AV4w5iQWwTLVOYIVKXEE5x9Q9gUEF1uwGqR68R681IKXfbqLStvvdsmWvXIIr8rnyYrt2Mo+XjI9/OroBKB4Oo
        LXNEUhu4JMW1E4vMLBpU/g9SN4owV5+QzNp2q7fdXFW+vqiuE4ux6sUdk35VwkHsQu09gV+RyJmZ7S9S0rioGr23KWRLuOGyIWKHFdXhkJKX0T
        GQpJ0POApzBBvjAKU62+estTNBWfQQeKFFiSF8PA4TuUabgir54ajkiKFFqVFwjUQyrSlQ4+1ONEGzRak8/GokOpaxSxGbwZrqzO6bC3KOx6cG
        YjMMc7EaxT3FZw2sedBW8fwju0a/BBdnUV+S5ebEisPIfXHB8NF9+VWL9d2JHSmeVt3nmIS5p8dsZ2+xJzcdDtBbxReypSDkg1OXazsRxr+tAQ
        iMQ3Tx7fIcVMPuMlVpjqUOK4F/Fpmj17Dxdss1EarzJ+iGViYKsPf7JYgp1oYIHZGhho30K6Q1q32dh8Ft2TYZkIWTrxcHT9j2VydaUmesgy9c
        itus43G9f+h4Gvbv/4fen2ze++vvxbfTqT+4E4mfln/dd5eoNPdlKOOhGaDf6pneS+LdT/vrRVJ7pPfvpSJEKZibo5ZnOgO6iw6rNuQYkjyj8/
        7N387/NfZYrDAqSv7OmuiSvwM5Xc5YrZaTYKT2mEr4iCwG9UiiVRqIlVvlKslfmaIJZKJbEi1kSxVK6KGwKt0u3Hj37JYx956jJBzA58hrt0fs
        R5/Hc4zg434FKE+VeSGdfX8SThJlqJJLkxxUzo3HiecCMsRPI8CuUZNGCcHq7ebIT+0TQT6504N1yBUe7vca4Q54ZrKBfhkn8ksYqNk8NHuxp9
        5xD59KLbkVKpKyclmrw6YGZi8ywbzJ+mgxnz6Lc7M8FzcPtOpwJOhuID7L80MTgT5QkAAA==
        """)

    private static func unpacked(_ text: String) -> [UInt8] {
        let packed = Data(base64Encoded: text, options: .ignoreUnknownCharacters)!
        return try! Gzip.unpacked(Array(packed))
    }
}
