"""The workload of workload.h in SimPy. Prints resumptions, CPU seconds and the digest."""
import sys
import time

import simpy

MASK = (1 << 64) - 1


class Model:
    def __init__(self, loops):
        self.env = simpy.Environment()
        self.resources = [simpy.Resource(self.env) for _ in range(64)]
        self.channel = simpy.Store(self.env, capacity=64)
        self.loops = loops
        self.hash = 0
        self.sum = 0
        self.events = 0
        self.env.process(self.consume())
        for index in range(1024):
            self.env.process(self.work(index))

    def work(self, index):
        state = index + 1
        mine = index
        for _ in range(self.loops):
            state = (state * 6364136223846793005 + 1442695040888963407) & MASK
            draw = state >> 33
            yield self.env.timeout((draw & 0xFFFF) + 1)
            resource = self.resources[draw >> 20 & 63]
            with resource.request() as request:
                yield request
            yield self.channel.put(draw)
            self.events += 3
            mine = (mine * 31 + self.env.now) & MASK
        self.hash = (self.hash + mine) & MASK

    def consume(self):
        while True:
            draw = yield self.channel.get()
            self.events += 1
            self.sum = (self.sum + draw) & MASK


model = Model(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
start = time.process_time()
model.env.run()
print(model.events, f"{time.process_time() - start:.9f}", f"{model.hash}-{model.sum}")
