"""Times a network with MNN (PyPI: MNN) and prints every call as JSON: {"samplesMs": [...]}.

python time_model.py MODEL.mnn SHAPE THREADS RUNS WARMUP SEED      SHAPE such as 1,3,224,224: of the first input
"""
import json
import sys
import time

import MNN
import numpy

path, shape, threads, runs, warmup, seed = sys.argv[1:]
sizes = tuple(int(size) for size in shape.split(","))
interpreter = MNN.Interpreter(path)
# "high" computes in float32; "normal" and "low" may use half precision where the processor has it.
session = interpreter.createSession({"numThread": int(threads), "backend": "CPU", "precision": "high"})
target = interpreter.getSessionInput(session)
interpreter.resizeTensor(target, sizes)
interpreter.resizeSession(session)
values = numpy.random.default_rng(int(seed) % 2**32).standard_normal(sizes).astype(numpy.float32)
target.copyFrom(MNN.Tensor(sizes, MNN.Halide_Type_Float, values, MNN.Tensor_DimensionType_Caffe))


def call():
    start = time.perf_counter()
    interpreter.runSession(session)
    interpreter.getSessionOutput(session).getNumpyData()  # waits until the output is there
    return (time.perf_counter() - start) * 1000


for _ in range(int(warmup)):
    call()
samples = [call() for _ in range(int(runs))]
print(json.dumps({"samplesMs": samples}))
