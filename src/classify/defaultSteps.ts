/**
 * Steps of a training on labels, where nothing else is said: the same for every classifier that trains a network, so that methods are compared at equal
 * length.
 */
export const defaultSteps = 1000;
