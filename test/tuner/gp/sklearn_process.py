"""Makes sklearn-process.json: a Gaussian process of scikit-learn with the covariance of src/tuner/gp and fixed parameters.

    python sklearn_process.py > sklearn-process.json
"""
import json

import numpy as np
import sklearn
from scipy.stats import norm
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern

rng = np.random.default_rng(7)
n, d, rungs = 14, 3, 6
configurations = rng.integers(0, rungs, size=(n, d))
asked = rng.integers(0, rungs, size=(5, d))
x = configurations / (rungs - 1)
y = np.sin(3 * x[:, 0]) + x[:, 1] ** 2 - x[:, 2] + 0.1 * rng.standard_normal(n)
noise = 0.01 + 0.05 * rng.random(n)
lengths, scale, learned = np.array([0.7, 1.3, 2.5]), 1.6, 0.004
offset, spread = y.mean(), y.std()
kernel = ConstantKernel(1.0, "fixed") + ConstantKernel(scale, "fixed") * Matern(lengths, "fixed", nu=2.5)
model = GaussianProcessRegressor(kernel, alpha=(noise / spread) ** 2 + learned, optimizer=None)
model.fit(x, (y - offset) / spread)
mean, sd = model.predict(asked / (rungs - 1), return_std=True)
z = np.array([-30.0, -12.0, -5.0, -3.0, -1.0, 0.0, 2.0])
print(
    json.dumps(
        {
            "sklearn": sklearn.__version__,
            "rungs": rungs,
            "configurations": configurations.tolist(),
            "values": y.tolist(),
            "standardErrors": noise.tolist(),
            "lengths": lengths.tolist(),
            "scale": scale,
            "noise": learned,
            "asked": asked.tolist(),
            "means": (offset + spread * mean).tolist(),
            "sds": (spread * sd).tolist(),
            "logLikelihood": model.log_marginal_likelihood_value_,
            "normal": {"z": z.tolist(), "logDistribution": norm.logcdf(z).tolist()},
        }
    )
)
