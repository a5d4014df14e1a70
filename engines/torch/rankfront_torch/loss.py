"""The loss: cross-entropy with smoothed labels, and the distance to the teacher's softened scores.

For an image of K classes: z scores, t target, eps label smoothing, u the teacher's scores, T temperature, w its weight.
  t' = (1 - eps) t + eps / K                          (Szegedy et al. 2016, section 7)
  CE = -sum t' log softmax(z)
  KL = T^2 sum q (log q - log s), q = softmax(u / T), s = softmax(z / T)   (Hinton et al. 2015, section 2)
  loss = (1 - w) CE + w KL
"""

from torch.nn import functional as F


def summed_loss(scores, targets, smoothing, teacher=None, weight=0.0, temperature=1.0):
    """Over the images of the batch; `targets` is images x classes."""
    scores = scores.float()
    softened = targets if smoothing == 0 else targets * (1 - smoothing) + smoothing / scores.shape[1]
    entropy = -(softened * F.log_softmax(scores, 1)).sum()
    if teacher is None:
        return entropy
    log_s = F.log_softmax(scores / temperature, 1)
    log_q = F.log_softmax(teacher.float() / temperature, 1)
    divergence = (log_q.exp() * (log_q - log_s)).sum() * temperature**2
    return (1 - weight) * entropy + weight * divergence
