import { nsga2Strategy } from '../../src/tuner/nsga2.ts';
import { strategyContract } from './contract.ts';

strategyContract('nsga2', problem => nsga2Strategy(problem));
