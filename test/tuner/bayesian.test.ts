import { bayesianStrategy } from '../../src/tuner/bayesian.ts';
import { strategyContract } from './contract.ts';

strategyContract('bayesian', (problem, seed) => bayesianStrategy(problem, { seed }), 0.4);
