"""threshold: blocks where the score, as a probability, is above what a false alarm costs against a miss."""


def threshold(asked):
    costs = asked["costs"]
    least, most = costs["review"] / costs["miss"], 1 - costs["review"] / costs["alarm"]
    at = costs["alarm"] / (costs["alarm"] + costs["miss"])
    if least < most:
        return {"pass_below": 100 * least, "block_from": 100 * most}
    return {"pass_below": 100 * at, "block_from": 100 * at}
